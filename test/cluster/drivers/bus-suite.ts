import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../support/eventually.js';
import { freshTopic, TestBus, type BusBed } from './bus-bed.js';

const numbers = (count: number, from = 0) => Array.from({ length: count }, (_, i) => String(from + i));

/** What every bus has to do, whatever carries it. */
export function describeBus(start: () => Promise<BusBed>): void {
  let bed: BusBed;

  beforeAll(async () => {
    bed = await start();
  });

  afterAll(async () => {
    await bed.stop();
  });

  const open = () => TestBus.open(bed);

  describe('a message', () => {
    it('arrives at every node that is subscribed, the sender included, and at no other', async () => {
      const [a, b, c] = [await open(), await open(), await open()];
      const [topic, other] = [freshTopic(), freshTopic()];
      await Promise.all([a.bus.subscribe(topic), b.bus.subscribe(topic), c.bus.subscribe(other)]);

      a.publish(topic, 'hello');
      a.publish(other, 'end');

      await eventually(() => {
        expect([a.on(topic), b.on(topic), c.on(other)]).toEqual([['hello'], ['hello'], ['end']]);
      });
      expect(c.on(topic)).toEqual([]);
    });

    it('arrives once, however often the topic was subscribed', async () => {
      const { bus, ...node } = await open();
      const topic = freshTopic();
      await Promise.all([bus.subscribe(topic), bus.subscribe(topic)]);
      await bus.subscribe(topic);

      bus.publish(topic, Buffer.from('1'));
      bus.publish(topic, Buffer.from('2'));

      await eventually(() => {
        expect(node.received.get(topic)).toEqual(['1', '2']);
      });
    });

    it('is made of any bytes', async () => {
      const node = await open();
      const topic = freshTopic();
      await node.bus.subscribe(topic);
      const bytes = Array.from({ length: 256 }, (_, i) => String.fromCharCode(i)).join('');

      node.publish(topic, bytes, '', '\r\n$3\r\n');

      await eventually(() => {
        expect(node.on(topic)).toEqual([bytes, '', '\r\n$3\r\n']);
      });
    });

    it('may be large', async () => {
      const node = await open();
      const topic = freshTopic();
      await node.bus.subscribe(topic);
      const large = 'x'.repeat(900_000);

      node.publish(topic, large);

      await eventually(() => {
        expect(node.on(topic)[0]?.length).toBe(large.length);
      });
    });

    it('keeps its place among those of its topic', async () => {
      const [a, b] = [await open(), await open()];
      const many = Array.from({ length: 20 }, freshTopic);
      await Promise.all(many.map((topic) => b.bus.subscribe(topic)));

      for (const number of numbers(200)) for (const topic of many) a.publish(topic, number);
      await new Promise((resolve) => setImmediate(resolve));
      for (const number of numbers(200, 200)) for (const topic of many) a.publish(topic, number);

      await eventually(() => {
        for (const topic of many) expect(b.on(topic)).toEqual(numbers(400));
      });
    });
  });

  describe('a subscription', () => {
    it('stands when it is answered: what any node publishes from then on arrives', async () => {
      const [a, b] = [await open(), await open()];

      for (const topic of Array.from({ length: 30 }, freshTopic)) {
        await b.bus.subscribe(topic);
        a.publish(topic, 'now');
        await eventually(() => {
          expect(b.on(topic)).toEqual(['now']);
        });
      }
    });

    it('may be one of thousands asked for at once', async () => {
      const node = await open();
      const many = Array.from({ length: 3000 }, freshTopic);

      await Promise.all(many.map((topic) => node.bus.subscribe(topic)));
      for (const topic of many) node.publish(topic, 'x');

      await eventually(() => {
        for (const topic of many) expect(node.on(topic)).toEqual(['x']);
      });
    });

    it('ends, and can begin again', async () => {
      const node = await open();
      const [topic, marker] = [freshTopic(), freshTopic()];
      await Promise.all([node.bus.subscribe(topic), node.bus.subscribe(marker)]);

      node.bus.unsubscribe(topic);
      node.publish(topic, 'missed');
      node.publish(marker, '1');
      await eventually(() => {
        expect(node.on(marker)).toEqual(['1']);
      });
      expect(node.on(topic)).toEqual([]);

      await node.bus.subscribe(topic);
      node.publish(topic, 'heard');
      await eventually(() => {
        expect(node.on(topic)).toEqual(['heard']);
      });
    });

    it('stands after any sequence of beginning and ending in one tick', async () => {
      const node = await open();
      const [on, off] = [freshTopic(), freshTopic()];
      await node.bus.subscribe(on);

      node.bus.unsubscribe(on);
      void node.bus.subscribe(off);
      node.bus.unsubscribe(off);
      await node.bus.subscribe(on);
      node.publish(off, 'missed');
      node.publish(on, 'heard');

      await eventually(() => {
        expect(node.on(on)).toEqual(['heard']);
      });
      expect(node.on(off)).toEqual([]);
    });
  });

  it('closes quietly, and lets waiting calls end', async () => {
    const { bus } = new TestBus(bed.create());
    bus.start({
      message: () => undefined,
      up: () => undefined,
      down: () => undefined,
      unsure: () => undefined,
    });
    const waiting = bus.subscribe(freshTopic());

    await bus.close();
    await waiting;

    expect(bus.isUp).toBe(false);
    expect(bus.publish(freshTopic(), Buffer.from('x'))).toBe(false);
  });
}
