import { expect } from 'vitest';
import { ApiClient } from '../support/api-client.js';
import { TEST_APP } from '../support/start-server.js';
import { TestSocket } from '../support/test-socket.js';

/** A well-behaved client that goes on hearing a sequence of events, whatever others do to the server meanwhile. */
export class Witness {
  private triggered = 0;
  private readonly api: ApiClient;

  private constructor(
    port: number,
    private readonly socket: TestSocket,
  ) {
    this.api = new ApiClient(`http://127.0.0.1:${port}`, TEST_APP);
  }

  static async start(port: number): Promise<Witness> {
    const socket = await TestSocket.open(`ws://127.0.0.1:${port}/app/${TEST_APP.key}?protocol=7`);
    await socket.established();
    for (const channel of ['witnessed', 'private-witnessed']) await socket.subscribe(channel);
    return new Witness(port, socket);
  }

  /** Triggers the next event and waits for it. */
  async tick(): Promise<void> {
    const data = String(this.triggered++);
    const { status, text } = await this.api.trigger(['witnessed', 'private-witnessed'], 'tick', data);
    if (status !== 200) throw new Error(`a trigger was answered with ${status}: ${text}`);
    for (const channel of ['witnessed', 'private-witnessed']) {
      const frame = await this.socket.next('tick', channel);
      if (frame.data !== data) throw new Error(`event ${data} was due, ${String(frame.data)} came`);
    }
  }

  /** Checks that every event came, once and in order, and nothing that a client cannot take; then leaves. */
  async leave(): Promise<void> {
    await this.tick();
    await this.socket.settle();
    for (const channel of ['witnessed', 'private-witnessed']) {
      const numbers = this.socket.frames
        .filter((frame) => frame.event === 'tick' && frame.channel === channel)
        .map(({ data }) => Number(data));
      expect(numbers).toEqual(Array.from({ length: this.triggered }, (_, i) => i));
    }
    expect(this.socket.watch.violations).toEqual([]);
    await this.socket.close();
  }

  terminate(): void {
    this.socket.terminate();
  }
}
