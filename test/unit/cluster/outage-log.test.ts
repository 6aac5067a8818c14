import { expect, it } from 'vitest';
import { OutageLog } from '../../../src/cluster/outage-log.js';
import { FakeClock } from '../../support/fake-clock.js';
import { keepingLog } from '../../support/keeping-log.js';

function create() {
  const { log, lines } = keepingLog();
  const clock = new FakeClock();
  return { outage: new OutageLog(log, clock, 'the bus', 'redis://r:6379'), clock, lines };
}

it('an outage is told at once, when its reason changes, and once a minute', () => {
  const { outage, clock, lines } = create();
  for (let second = 0; second < 150; second++) {
    outage.failed(second < 100 ? 'connect ECONNREFUSED 10.0.0.1:6379' : 'WRONGPASS invalid password');
    clock.advance(1000);
  }
  expect(lines).toEqual([
    expect.stringMatching(
      /^the bus cannot be used.* address="redis:\/\/r:6379" reason="connect ECONN.* attempts=1 seconds=0 hint="nothing listens/,
    ),
    expect.stringMatching(/reason="connect ECONN.* attempts=61 seconds=60/),
    expect.stringMatching(/reason="WRONGPASS .* attempts=101 seconds=100 hint=".*REDIS_PASSWORD/),
  ]);
  expect(outage.reason).toBe('the bus at redis://r:6379 cannot be used: WRONGPASS invalid password');
  outage.ended();
  expect(outage.reason).toBeUndefined();
});

it('an outage whose reasons change all the time stays within some lines a minute', () => {
  const { outage, clock, lines } = create();
  for (let i = 0; i < 1000; i++) {
    outage.failed(`reason ${i}`);
    clock.advance(10);
  }
  expect(lines).toHaveLength(8);
});

// What Redis, NATS and their libraries were seen to say.
it.each([
  ['Authorization Violation', 'PREGON_NATS_PASSWORD'],
  ['connection refused', 'nothing listens there'],
  ["server does not support 'tls'", 'PREGON_REDIS_TLS'],
  ['connect ETIMEDOUT', 'TLS on at one end only'],
])('an outage with the reason %j comes with a hint', (reason, hint) => {
  const { outage, lines } = create();
  outage.failed(reason);
  expect(lines[0]).toContain(hint);
});
