import { describe, expect, it } from 'vitest';
import { Counters } from '../../../src/activity/counters.js';
import { AppKey } from '../../../src/apps/app-key.js';
import { ConfigSchema } from '../../../src/config/schema.js';
import type { Log } from '../../../src/log.js';
import { SILENT_LOG } from '../../../src/log.js';
import type { WebhookEvent } from '../../../src/webhooks/webhook-event.js';
import { WebhookQueue } from '../../../src/webhooks/webhook-queue.js';
import { FakeClock } from '../../support/fake-clock.js';
import { hmac } from '../../support/test-socket.js';

interface Sent {
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

const occupied = (channel: string): WebhookEvent => ({ name: 'channel_occupied', channel, time_ms: 1 });

function start(options: Record<string, unknown> = {}, webhook: Record<string, unknown> = {}) {
  const clock = new FakeClock();
  const sent: Sent[] = [];
  const counters = new Counters();
  const errors: string[] = [];
  const log: Log = {
    ...SILENT_LOG,
    error: (fields) => {
      errors.push(JSON.stringify(fields));
    },
  };
  const answers: (number | Error)[] = [];
  const config = ConfigSchema.parse({
    webhooks: options,
    apps: [
      {
        id: 'a',
        key: 'k',
        secret: 's',
        webhooks: [{ url: 'http://127.0.0.1/hook?token=t', eventTypes: ['channel_occupied'], ...webhook }],
      },
    ],
  });
  const post = (url: string, headers: Record<string, string>, body: string) => {
    sent.push({ url, headers, body });
    const answer = answers.shift() ?? 200;
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  const queue = new WebhookQueue(
    'a',
    new AppKey('app-key', 'app-secret'),
    config.apps[0]!.webhooks[0]!,
    config.webhooks,
    {
      clock,
      counters,
      log,
      post,
    },
  );
  const channels = (request: Sent) =>
    (JSON.parse(request.body) as { events: { channel: string }[] }).events.map(({ channel }) => channel);
  /** Lets promises that are settled have their effects. */
  const settle = async () => {
    for (let i = 0; i < 20; i++) await Promise.resolve();
  };
  const advance = async (milliseconds: number) => {
    clock.advance(milliseconds);
    await settle();
  };
  return { clock, sent, counters, errors, answers, queue, channels, advance, settle };
}

describe('WebhookQueue', () => {
  it('gathers events for a moment and sends them in one request, in order (HOOK-3)', async () => {
    const { sent, queue, channels, advance } = start();
    for (const name of ['a', 'b', 'c']) queue.add(occupied(name), undefined);
    await advance(49);
    expect(sent).toHaveLength(0);
    await advance(1);
    expect(sent.map(channels)).toEqual([['a', 'b', 'c']]);
  });

  it('sends a full batch at once and the rest after it', async () => {
    const { sent, queue, channels, settle } = start({ maxBatchEvents: 2 });
    for (const name of ['a', 'b', 'c']) queue.add(occupied(name), undefined);
    await settle();
    expect(sent.map(channels)).toEqual([['a', 'b'], ['c']]);
  });

  it('sends each event alone when batching is off', async () => {
    const { sent, queue, channels, settle } = start({ batchMilliseconds: 0 });
    for (const name of ['a', 'b']) queue.add(occupied(name), undefined);
    await settle();
    expect(sent.map(channels)).toEqual([['a'], ['b']]);
  });

  it('signs the bytes that it sends, and lets nobody replace its own headers (HOOK-2)', async () => {
    const { sent, queue, advance, clock } = start(
      {},
      {
        headers: {
          'X-Extra': 'yes',
          'X-Pusher-Key': 'forged',
          'content-type': 'text/plain',
          Host: 'other',
          'Transfer-Encoding': 'chunked',
          Expect: '100-continue',
        },
      },
    );
    queue.add(occupied('a'), undefined);
    await advance(50);
    expect(sent[0]!.body).toBe(JSON.stringify({ time_ms: clock.now(), events: [occupied('a')] }));
    expect(sent[0]!.headers).toStrictEqual({
      'user-agent': 'pregon',
      'x-extra': 'yes',
      'content-type': 'application/json',
      'x-pusher-key': 'app-key',
      'x-pusher-signature': hmac(sent[0]!.body),
    });
  });

  it('sends the same bytes again with growing pauses until they are taken (HOOK-4)', async () => {
    const { sent, queue, answers, advance, counters, clock } = start();
    answers.push(500, new Error('connection refused'), 302);
    queue.add(occupied('a'), undefined);
    await advance(50);
    const times: number[] = [];
    for (let i = 0; i < 3; i++) {
      const before = clock.now();
      while (sent.length === i + 1) await advance(50);
      times.push(clock.now() - before);
    }
    expect(new Set(sent.map(({ body }) => body)).size).toBe(1);
    expect(times[0]).toBeGreaterThanOrEqual(750);
    expect(times[1]).toBeGreaterThanOrEqual(1500);
    expect(times[2]).toBeGreaterThanOrEqual(3000);
    expect(counters).toMatchObject({ webhooksDelivered: 1, webhooksFailed: 3, webhookEventsDropped: 0 });
  });

  it('keeps the order of events while one request fails (HOOK-3)', async () => {
    const { sent, queue, answers, advance, channels } = start();
    answers.push(500);
    queue.add(occupied('a'), undefined);
    await advance(50);
    queue.add(occupied('b'), undefined);
    while (sent.length < 3) await advance(100);
    expect(sent.map(channels)).toEqual([['a'], ['a'], ['b']]);
  });

  it('drops what was not taken in time, logs and counts it, without the query of the URL (HOOK-4)', async () => {
    const { sent, queue, answers, advance, counters, errors } = start({ retrySeconds: 10 });
    answers.push(...Array<number>(20).fill(503));
    queue.add(occupied('a'), undefined);
    for (let i = 0; i < 200; i++) await advance(100);
    expect(sent.length).toBeGreaterThan(2);
    expect(sent.length).toBeLessThan(6);
    expect(counters.webhookEventsDropped).toBe(1);
    expect(errors).toEqual([
      JSON.stringify({ app: 'a', webhook: 'http://127.0.0.1/hook', events: 1, reason: 'it answered 503' }),
    ]);
  });

  it('is bounded: beyond maxQueuedEvents events are dropped and counted (HOOK-4)', async () => {
    const { queue, counters, errors, advance, sent, channels } = start({ maxQueuedEvents: 2 });
    for (const name of ['a', 'b', 'c', 'd']) queue.add(occupied(name), undefined);
    expect(counters.webhookEventsDropped).toBe(2);
    // One line a minute, however many are lost.
    expect(errors).toHaveLength(1);
    await advance(50);
    expect(sent.map(channels)).toEqual([['a', 'b']]);
  });

  it('sends what is there once when it stops, and waits for no repeat', async () => {
    const { sent, queue, answers, counters } = start();
    answers.push(500);
    queue.add(occupied('a'), undefined);
    await queue.stop();
    expect(sent).toHaveLength(1);
    expect(counters.webhookEventsDropped).toBe(1);
  });

  it('gives up a pause between repeats when it stops', async () => {
    const { sent, queue, answers, advance } = start();
    answers.push(500, 200);
    queue.add(occupied('a'), undefined);
    await advance(50);
    await queue.stop();
    expect(sent).toHaveLength(2);
  });

  it('sends what comes in the very moment a request is done (HOOK-3)', async () => {
    for (let moment = 0; moment < 20; moment++) {
      const { sent, queue, channels, settle } = start({ batchMilliseconds: 0 });
      queue.add(occupied('first'), undefined);
      for (let i = 0; i < moment; i++) await Promise.resolve();
      queue.add(occupied('second'), undefined);
      await settle();
      expect(sent.map(channels)).toEqual([['first'], ['second']]);
    }
  });
});
