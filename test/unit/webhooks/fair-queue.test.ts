import { describe, expect, it } from 'vitest';
import { FairQueue } from '../../../src/webhooks/fair-queue.js';
import type { WebhookEvent } from '../../../src/webhooks/webhook-event.js';

const occupied = (channel: string): WebhookEvent => ({ name: 'channel_occupied', channel, time_ms: 1 });
const vacated = (channel: string): WebhookEvent => ({ name: 'channel_vacated', channel, time_ms: 1 });
const counted = (channel: string, subscription_count: number): WebhookEvent => ({
  name: 'subscription_count',
  channel,
  subscription_count,
  time_ms: 1,
});
const said = (channel: string, data: string): WebhookEvent => ({
  name: 'client_event',
  channel,
  event: 'client-said',
  data,
  socket_id: '1.1',
  time_ms: 1,
});

function start(bounds: { maxEvents?: number; maxBytes?: number } = {}) {
  const queue = new FairQueue({ maxEvents: 100, maxBytes: 1_000_000, ...bounds });
  const channels = (count = Infinity) => queue.take(Math.min(count, 1000)).map(({ event }) => event.channel);
  return { queue, channels };
}

describe('FairQueue', () => {
  it('gives events back in the order in which they came, whoever caused them', () => {
    const { queue, channels } = start();
    queue.add(occupied('a'), 'x', 1);
    queue.add(occupied('private-b'), 'y', 2);
    queue.add(occupied('c'), 'x', 3);
    queue.add(occupied('d'), undefined, 4);
    expect(channels()).toEqual(['a', 'private-b', 'c', 'd']);
    expect(queue.size).toBe(0);
    expect(channels()).toEqual([]);
  });

  it('serves those who caused few beside one who caused many', () => {
    const { queue, channels } = start();
    for (let i = 0; i < 50; i++) queue.add(occupied(`flood-${i}`), 'flooder', 1);
    queue.add(occupied('news'), 'visitor', 2);
    queue.add(occupied('private-user.1'), 'user', 3);
    expect(channels(3)).toEqual(['flood-0', 'news', 'private-user.1']);
    expect(channels(2)).toEqual(['flood-1', 'flood-2']);
  });

  it('keeps the order of a channel, whoever causes its next event', () => {
    const { queue } = start();
    for (let i = 0; i < 3; i++) queue.add(occupied(`other-${i}`), 'x', 1);
    queue.add(counted('news', 1), 'x', 1);
    queue.add(counted('news', 2), 'y', 1);
    queue.add(counted('news', 3), 'z', 1);
    const counts: unknown[] = [];
    while (queue.size > 0) {
      for (const { event } of queue.take(1))
        if ('subscription_count' in event) counts.push(event.subscription_count);
    }
    expect(counts).toEqual([1, 2, 3]);
  });

  it('sheds what the one with the most events caused last', () => {
    const { queue, channels } = start({ maxEvents: 10 });
    queue.add(occupied('news'), 'visitor', 1);
    let shed = 0;
    for (let i = 0; i < 1000; i++) shed += queue.add(occupied(`flood-${i}`), 'flooder', 1);
    shed += queue.add(occupied('private-user.1'), 'user', 1);
    shed += queue.add(occupied('sport'), 'visitor', 1);
    expect(shed).toBe(993);
    expect(queue.size).toBe(10);
    const left = channels();
    expect(left).toEqual(expect.arrayContaining(['news', 'private-user.1', 'sport', 'flood-0', 'flood-6']));
  });

  it('sheds what a stranger caused before as many events of a guarded channel', () => {
    const { queue } = start({ maxEvents: 10 });
    for (let i = 0; i < 6; i++) queue.add(said('private-chat', String(i)), 'user', 1);
    for (let i = 0; i < 8; i++) queue.add(occupied(`flood-${i}`), 'flooder', 1);
    const names = queue.take(10).map(({ event }) => event.name);
    expect(names.filter((name) => name === 'client_event')).toHaveLength(6);
  });

  it('is bounded in bytes as well', () => {
    const { queue, channels } = start({ maxBytes: 100_000 });
    queue.add(occupied('news'), 'visitor', 1);
    for (let i = 0; i < 90; i++) queue.add(said('private-chat', 'x'.repeat(10_000)), 'user', 1);
    expect(queue.size).toBeLessThan(11);
    expect(channels()[0]).toBe('news');
  });

  it('takes back what a later event undoes, as long as it waits', () => {
    const { queue, channels } = start();
    queue.add(occupied('a'), 'x', 1);
    queue.add(occupied('b'), 'x', 1);
    expect(queue.takeOpposite(occupied('a'))).toBe(false);
    expect(queue.takeOpposite(vacated('a'))).toBe(true);
    expect(queue.takeOpposite(vacated('a'))).toBe(false);
    expect(channels()).toEqual(['b']);
    expect(queue.takeOpposite(vacated('b'))).toBe(false);
  });

  it('holds nothing of what is gone', () => {
    const { queue, channels } = start({ maxEvents: 50 });
    for (let round = 0; round < 20; round++) {
      for (let i = 0; i < 100; i++) queue.add(occupied(`c-${round}-${i}`), `source-${i % 7}`, 1);
      for (let i = 0; i < 20; i++) queue.takeOpposite(vacated(`c-${round}-${i}`));
      channels();
    }
    const held = Object.values(queue).filter((part) => part instanceof Map || part instanceof Set);
    expect(held.map((part) => (part as Set<unknown>).size)).toEqual([0, 0, 0, 0, 0]);
    expect(queue).toMatchObject({ size: 0, bytes: 0, heaviest: 0 });
  });
});
