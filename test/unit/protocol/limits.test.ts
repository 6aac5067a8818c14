import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Limits } from '../../../protocol/limits.js';

const document = readFileSync(new URL('../../../protocol/PROTOCOL.md', import.meta.url), 'utf8');

/** The figure that stands in brackets behind a setting's name; undefined where there is none. */
function figureOf(setting: string): number | undefined {
  const figure = new RegExp(`\`${setting}\`\\s+\\(([\\d,]+)\\)`).exec(document)?.[1];
  return figure === undefined ? undefined : Number(figure.replaceAll(',', ''));
}

describe('Limits', () => {
  it.each([
    ['CHAN-1', 'maxChannelNameLength', Limits.channelNameLength],
    ['EVENT-2', 'maxEventNameLength', Limits.eventNameLength],
    ['EVENT-2', 'maxEventBytes', Limits.eventBytes],
    ['API-1', 'maxChannelsPerEvent', Limits.channelsPerEvent],
    ['API-2', 'maxBatchSize', Limits.eventsPerBatch],
    ['USER-1', 'maxUserIdLength', Limits.userIdLength],
    ['WATCH-1', 'maxWatchlistLength', Limits.watchListLength],
    ['SUB-8', 'maxSubscriptionsPerSecond', Limits.subscriptionsPerSecond],
    ['PRES-7', 'maxPresenceJoinsPerSecond', Limits.presenceJoinsPerSecond],
    ['PRES-7', 'maxPresenceJoinsPerMinute', Limits.presenceJoinsPerMinute],
    ['MSG-8', 'maxMessagesPerSecond', Limits.messagesPerSecond],
    ['CLIENT-4', 'maxClientEventsPerSecond', Limits.clientEventsPerSecond],
    ['CACHE-1', 'cache.ttlSeconds', Limits.cacheTtlSeconds],
    ['API-6', 'idempotency.seconds', Limits.idempotencySeconds],
  ])('has the figure of %s for %s', (_rule, setting, limit) => {
    expect(figureOf(setting)).toBe(limit);
  });

  it('refuses timestamps that are 600 seconds off (SIGN-3)', () => {
    expect(Limits.timestampToleranceSeconds).toBe(600);
    expect(document).toMatch(/\*\*SIGN-3\*\* The timestamp is less than 600 seconds off/);
  });

  it('counts at once up to 100 subscribers (COUNT-1)', () => {
    expect(Limits.immediateSubscriptionCount).toBe(100);
    expect(document).toContain('with each change up to 100 subscribers');
  });

  it("has Pusher's figures for presence channels (SUB-4)", () => {
    expect(Limits).toMatchObject({ presenceMembers: 100, presenceInfoBytes: 1024, userIdLength: 128 });
  });
});
