import { jwtVerify } from 'jose';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  FRESH_MS,
  KeysUnavailableError,
  RemoteKeys,
  RETRY_MS,
  USABLE_MS,
} from '../../../src/gateway/hub/remote-keys.js';
import { FakeClock } from '../../support/fake-clock.js';
import { keepingLog } from '../../support/keeping-log.js';
import { IssuerKey, KeyServer } from '../../support/tokens.js';

const COOLDOWN_MS = 30_000;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Keys from a server that has one, and what becomes of tokens. */
async function start(
  first: IssuerKey | { readonly fetchTimeoutMs: number },
  ...others: readonly IssuerKey[]
) {
  const [fetchTimeoutMs, known] =
    first instanceof IssuerKey ? [undefined, [first, ...others]] : [first.fetchTimeoutMs, others];
  const clock = new FakeClock();
  const { log, lines } = keepingLog();
  const server = await KeyServer.start(...known);
  const keys = new RemoteKeys(server.url, COOLDOWN_MS, { clock, log }, fetchTimeoutMs);
  const check = async (key: IssuerKey) => {
    try {
      await jwtVerify(await key.sign({ sub: '7' }), keys.find);
      return 'taken';
    } catch (error) {
      return error instanceof KeysUnavailableError ? 'unavailable' : 'refused';
    }
  };
  return { clock, lines, server, check };
}

const [ONE, TWO] = await Promise.all([IssuerKey.create('one'), IssuerKey.create('two')]);
const INVENTED = await Promise.all(Array.from({ length: 20 }, (_, i) => IssuerKey.create(`invented-${i}`)));

describe('RemoteKeys', () => {
  it('fetches once for many tokens that come at once', async () => {
    const { server, check } = await start(ONE);
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => check(ONE)));
    expect(new Set(outcomes)).toEqual(new Set(['taken']));
    expect(server.requests).toBe(1);
  });

  it('fetches for invented keys once in the cooldown, whether that succeeds or not', async () => {
    const { clock, server, check } = await start(ONE);
    expect(await check(ONE)).toBe('taken');
    clock.advance(COOLDOWN_MS);
    for (const key of INVENTED) expect(await check(key)).toBe('refused');
    expect(server.requests).toBe(2);

    server.status = 500;
    clock.advance(COOLDOWN_MS);
    for (const key of INVENTED) expect(await check(key)).toBe('unavailable');
    expect(server.requests).toBe(3);
    expect(await check(ONE)).toBe('taken');
  });

  it('takes a new key as soon as the cooldown allows, and no former one that was withdrawn', async () => {
    const { clock, server, check } = await start(ONE);
    expect(await check(ONE)).toBe('taken');
    server.keys = [TWO];
    expect(await check(TWO)).toBe('refused');
    clock.advance(COOLDOWN_MS);
    expect(await check(TWO)).toBe('taken');
    expect(await check(ONE)).toBe('refused');
  });

  it('takes a withdrawn key no longer than it is fresh, though no new one comes', async () => {
    const { clock, server, check } = await start(ONE);
    expect(await check(ONE)).toBe('taken');
    server.keys = [];
    clock.advance(FRESH_MS - 1);
    expect(await check(ONE)).toBe('taken');
    clock.advance(1);
    expect(await check(ONE)).toBe('refused');
  });

  it('asks a server that fails once in a while, however many tokens come', async () => {
    const { clock, lines, server, check } = await start(ONE);
    server.status = 500;
    for (let i = 0; i < 20; i++) expect(await check(ONE)).toBe('unavailable');
    expect(server.requests).toBe(1);
    expect(lines).toEqual([expect.stringMatching(/hub\.jwksUrl.*connections are refused/s)]);
    clock.advance(RETRY_MS);
    server.status = 200;
    expect(await check(ONE)).toBe('taken');
    expect(server.requests).toBe(2);
  });

  it('goes on with the keys it has while no others can be had, for a time', async () => {
    const { clock, lines, server, check } = await start(ONE);
    expect(await check(ONE)).toBe('taken');
    server.status = 503;
    clock.advance(FRESH_MS);
    expect(await check(ONE)).toBe('taken');
    expect(lines).toEqual([expect.stringContaining('the former ones are used')]);
    clock.advance(USABLE_MS - FRESH_MS - 1);
    expect(await check(ONE)).toBe('taken');
    clock.advance(1);
    expect(await check(ONE)).toBe('unavailable');
    server.status = 200;
    clock.advance(RETRY_MS);
    expect(await check(ONE)).toBe('taken');
  });

  it.each([
    ['no JSON', '<html>'],
    ['no keys', '{"keys":7}'],
    ['null', 'null'],
    ['more than a megabyte', `{"keys":[],"x":"${'x'.repeat(1_100_000)}"}`],
    ['a key that is none', JSON.stringify({ keys: [{ ...ONE.publicJwk, x: 'AA', y: 'AA' }] })],
  ])('cannot tell with %s', async (_title, body) => {
    const { lines, server, check } = await start(ONE);
    server.body = body;
    expect(await check(ONE)).toBe('unavailable');
    expect(lines).toEqual([expect.stringContaining('hub.jwksUrl')]);
  });

  it('cannot tell when the server is gone', async () => {
    const { check, server } = await start(ONE);
    await server.stop();
    expect(await check(ONE)).toBe('unavailable');
  });

  it('gives up a server that never answers, whatever the garbage collector takes, and asks it again', async () => {
    const { clock, server, check } = await start({ fetchTimeoutMs: 300 }, ONE);
    server.isStalled = true;
    const collecting = setInterval(collectGarbage, 10);
    onTestFinished(() => {
      clearInterval(collecting);
    });
    expect(await check(ONE)).toBe('unavailable');
    server.isStalled = false;
    clock.advance(RETRY_MS);
    expect(await check(ONE)).toBe('taken');
  });

  it('follows no redirect', async () => {
    const { check, server } = await start(ONE);
    const elsewhere = await KeyServer.start(ONE);
    server.status = 302;
    server.location = elsewhere.url;
    expect(await check(ONE)).toBe('unavailable');
    expect(elsewhere.requests).toBe(0);
  });
});
