import { describe, expect, it } from 'vitest';
import { Lingering, type LingeringSocket } from '../../../src/transports/lingering.js';

class FakeLingeringSocket implements LingeringSocket {
  terminations = 0;

  terminate(): void {
    this.terminations++;
  }
}

describe('Lingering', () => {
  it('cuts a socket off when its own time is up, once (SLOW-1)', () => {
    const lingering = new Lingering<FakeLingeringSocket>(10);
    const [early, late] = [new FakeLingeringSocket(), new FakeLingeringSocket()];
    lingering.add(early, 1000);
    lingering.add(late, 5000);
    const seen = [10_999, 11_000, 14_999, 15_000, 60_000].map((nowMs) => {
      lingering.sweep(nowMs);
      return [early.terminations, late.terminations];
    });
    expect(seen).toStrictEqual([
      [0, 0],
      [1, 0],
      [1, 0],
      [1, 1],
      [1, 1],
    ]);
  });

  it('leaves alone a socket that closed in time', () => {
    const lingering = new Lingering<FakeLingeringSocket>(10);
    const socket = new FakeLingeringSocket();
    lingering.add(socket, 0);
    lingering.delete(socket);
    lingering.sweep(100_000);
    expect(socket.terminations).toBe(0);
  });

  it('takes a socket that closes while it is cut off', () => {
    const lingering = new Lingering<LingeringSocket>(10);
    const sockets = Array.from({ length: 3 }, () => {
      const socket: LingeringSocket = {
        terminate: () => {
          lingering.delete(socket);
          terminated.push(socket);
        },
      };
      return socket;
    });
    const terminated: LingeringSocket[] = [];
    for (const socket of sockets) lingering.add(socket, 0);
    lingering.sweep(10_000);
    expect(terminated).toStrictEqual(sockets);
  });
});
