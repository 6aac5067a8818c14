import { expect } from 'vitest';
import type { Socket } from '../../src/connections/socket.js';
import type { ReceivedFrame } from './test-socket.js';

/** How a server ended a connection. */
export interface Ending {
  readonly lastFrame: ReceivedFrame | undefined;
  readonly code: number;
  readonly reason: string;
}

/** A socket that goes nowhere and remembers everything. */
export class FakeSocket implements Socket {
  readonly address = '203.0.113.7';
  readonly texts: string[] = [];
  readonly topics = new Set<string>();
  /** Published by this socket to everyone else on a topic. */
  readonly published: { readonly topic: string; readonly frame: ReceivedFrame }[] = [];
  ending: Ending | undefined = undefined;

  get frames(): ReceivedFrame[] {
    return this.texts.map((text) => JSON.parse(text) as ReceivedFrame);
  }

  send(frame: string | Uint8Array): void {
    if (this.ending === undefined) this.texts.push(Buffer.from(frame).toString());
  }

  end(lastFrame: string | undefined, code: number, reason: string): void {
    if (this.ending !== undefined) return;
    if (lastFrame !== undefined) this.send(lastFrame);
    this.ending = {
      lastFrame: lastFrame === undefined ? undefined : (JSON.parse(lastFrame) as ReceivedFrame),
      code,
      reason,
    };
  }

  subscribe(topic: string): void {
    this.topics.add(topic);
  }

  unsubscribe(topic: string): void {
    this.topics.delete(topic);
  }

  publish(topic: string, frame: string): void {
    this.published.push({ topic, frame: JSON.parse(frame) as ReceivedFrame });
  }

  /** Some frame has these members. */
  assertReceived(members: Partial<ReceivedFrame>): void {
    expect(this.frames).toContainEqual(expect.objectContaining(members));
  }

  /** The connection was ended with this code, and told so first (ERR-3). */
  assertEnded(code: number, message: string): void {
    expect(this.ending).toStrictEqual({
      lastFrame: { event: 'pusher:error', data: { code, message } },
      code,
      reason: message,
    });
  }

  assertOpen(): void {
    expect(this.ending).toBeUndefined();
  }
}
