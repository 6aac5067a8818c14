import { onTestFinished } from 'vitest';
import type { Bus } from '../../../src/cluster/bus.js';
import { eventually } from '../../support/eventually.js';

/** A kind of bus, and the server that carries it. */
export interface BusBed {
  /** Another node's end of the same bus, not started. */
  create(): Bus;
  stop(): Promise<void>;
}

/** A started bus, and what arrived over it. */
export class TestBus {
  /** By topic, in the order they arrived. */
  readonly received = new Map<string, string[]>();
  readonly events: string[] = [];
  /** What may not have been sent. */
  readonly unsure: string[] = [];

  constructor(readonly bus: Bus) {}

  /** Opens a bus that is closed when the test ends. */
  static async open(bed: Pick<BusBed, 'create'>): Promise<TestBus> {
    const opened = TestBus.start(bed);
    await opened.isUp();
    return opened;
  }

  /** As {@link open}, without waiting for the server. */
  static start(bed: Pick<BusBed, 'create'>): TestBus {
    const started = new TestBus(bed.create());
    const { bus } = started;
    onTestFinished(() => bus.close());
    bus.start({
      message: (topic, message) => {
        const texts = started.received.get(topic) ?? [];
        started.received.set(topic, [...texts, Buffer.from(message).toString('latin1')]);
      },
      up: () => started.events.push('up'),
      down: () => started.events.push('down'),
      unsure: (message) => started.unsure.push(Buffer.from(message).toString('latin1')),
    });
    return started;
  }

  isUp(): Promise<void> {
    return eventually(() => {
      if (!this.bus.isUp) throw new Error('the bus is not up');
    });
  }

  isDown(): Promise<void> {
    return eventually(() => {
      if (this.bus.isUp) throw new Error('the bus is up');
    });
  }

  publish(topic: string, ...texts: readonly string[]): boolean[] {
    return texts.map((text) => this.bus.publish(topic, Buffer.from(text, 'latin1')));
  }

  on(topic: string): string[] {
    return this.received.get(topic) ?? [];
  }
}

let topics = 0;

/** A topic that no other test uses. */
export function freshTopic(): string {
  return `app/private-${process.pid}-${++topics}`;
}
