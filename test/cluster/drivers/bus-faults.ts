import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../support/eventually.js';
import { freshTopic, TestBus, type BusBed } from './bus-bed.js';

/** A server that a test can take away. */
export interface FaultyServer {
  stall(): void;
  resume(): void;
  kill(): Promise<void>;
  run(): Promise<void>;
}

/** What buffers hold once garbage was collected. */
function arrayBufferBytes(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().arrayBuffers;
}

/** What a bus has to do when its server stands still or goes away. */
export function describeFaults(start: () => Promise<BusBed & { readonly server: FaultyServer }>): void {
  let bed: Awaited<ReturnType<typeof start>>;

  beforeAll(async () => {
    bed = await start();
  });

  afterEach(() => {
    bed.server.resume();
  });

  afterAll(async () => {
    await bed.stop();
  });

  describe('when the server is away', () => {
    let node: TestBus;
    let topic: string;

    beforeEach(async () => {
      node = await TestBus.open(bed);
      topic = freshTopic();
      await node.bus.subscribe(topic);
      expect(node.events).toEqual(['up']);
    });

    const expectHeard = async (text: string) => {
      expect(node.publish(topic, text)).toEqual([true]);
      await eventually(() => {
        expect(node.on(topic)).toContain(text);
      });
    };

    it('says so, sends nothing, and is up again with all subscriptions when it returns', async () => {
      await bed.server.kill();
      await node.isDown();
      await eventually(() => {
        expect(node.publish(topic, 'lost')).toEqual([false]);
      });
      const late = freshTopic();
      const waiting = node.bus.subscribe(late);

      await bed.server.run();
      const back = performance.now();
      await node.isUp();
      expect(performance.now() - back).toBeLessThan(3000);
      await waiting;

      expect(node.events).toEqual(['up', 'down', 'up']);
      await expectHeard('again');
      node.publish(late, 'x');
      await eventually(() => {
        expect(node.on(late)).toEqual(['x']);
      });
      expect(node.on(topic)).toEqual(['again']);
    });

    it('notices a server that stands still, and keeps nothing for it', async () => {
      bed.server.stall();
      const message = 'x'.repeat(100_000);
      const before = arrayBufferBytes();

      let sent = 0;
      await eventually(() => {
        for (let i = 0; i < 20; i++) if (node.publish(topic, message)[0] === true) sent++;
        if (node.bus.isUp) throw new Error('did not notice');
      });
      expect(sent * message.length).toBeLessThan(70_000_000);
      await eventually(() => {
        expect(node.publish(topic, message)).toEqual([false]);
      });
      await eventually(() => {
        expect(arrayBufferBytes() - before).toBeLessThan(10_000_000);
      });

      bed.server.resume();
      await node.isUp();
      await expectHeard('again');
    });

    it('tells what may not have been sent, before it is up again', async () => {
      bed.server.stall();
      expect(node.publish(topic, 'first', 'second')).toEqual([true, true]);
      await node.isDown();
      await eventually(() => {
        expect(node.unsure).toEqual(['first', 'second']);
      });
      expect(node.events).toEqual(['up', 'down']);
      bed.server.resume();
      await node.isUp();
    });

    it('starts without it, and is up when it comes', async () => {
      await bed.server.kill();
      const early = TestBus.start(bed);
      const waiting = early.bus.subscribe(topic);
      await eventually(() => {
        expect(early.events).toEqual(['down']);
      });

      await bed.server.run();
      await early.isUp();
      await waiting;

      expect(early.events).toEqual(['down', 'up']);
      early.publish(topic, 'hello');
      await eventually(() => {
        expect(early.on(topic)).toEqual(['hello']);
      });
    });
  });
}
