import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Command } from '../support/command.js';
import { freePort } from '../support/free-port.js';
import { RedisServer } from '../support/redis-server.js';

const OUTAGE = 'the cluster store cannot be used; this node serves its own connections only';

/** A server over Redis, as an operator starts it. */
function start(env: Record<string, string>): Command {
  return Command.start([], {
    env: {
      PREGON_PORT: '0',
      PREGON_HOST: '127.0.0.1',
      PREGON_MANAGEMENT_PORT: '0',
      PREGON_BUS: 'redis',
      ...env,
    },
  });
}

describe('a Redis that cannot be used', () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await RedisServer.start({
      settings: { requirepass: 'right', databases: 16 },
      admin: { password: 'right' },
    });
    await redis.admin.call(
      'ACL',
      'SETUSER',
      'noscript',
      'on',
      '>right',
      '~*',
      '&*',
      '+@all',
      '-evalsha',
      '-eval',
      '-script',
    );
    await redis.admin.call('ACL', 'SETUSER', 'noinfo', 'on', '>right', '~*', '&*', '+@all', '-info');
  });
  afterAll(() => redis.stop());

  it.each([
    ['with a wrong password', { REDIS_PASSWORD: 'wrong' }, /^WRONGPASS/, /REDIS_PASSWORD/],
    ['without a password', {}, /^NOAUTH/, /REDIS_PASSWORD/],
    [
      'with an ACL that leaves commands out',
      { REDIS_USERNAME: 'noscript', REDIS_PASSWORD: 'right' },
      /^NOPERM/,
      /ACL/,
    ],
    [
      'in a database that does not exist',
      { REDIS_PASSWORD: 'right', REDIS_DB: '99' },
      /DB index is out of range/,
      /REDIS_DB/,
    ],
  ])(
    'is told of %s, with address and reason',
    async (_how, env, reason, hint) => {
      const command = start({ REDIS_HOST: '127.0.0.1', REDIS_PORT: String(redis.port), ...env });
      const line = await command.logged(OUTAGE);
      expect(line).toMatchObject({
        level: 'warn',
        reason: expect.stringMatching(reason) as unknown,
        hint: expect.stringMatching(hint) as unknown,
      });
      expect(line['address']).toContain(`redis://127.0.0.1:${redis.port}`);
      const { managementPort } = await command.listening();
      const ready = await Command.run(['health', '--ready'], {
        env: { PREGON_MANAGEMENT_PORT: String(managementPort) },
      });
      expect(ready).toMatchObject({
        code: 4,
        stdout: '',
        stderr: expect.stringMatching(/answers 503: degraded: .*: .* cannot be used: /) as unknown,
      });
      expect(command.log.filter(({ msg }) => msg === 'this node is part of the cluster')).toEqual([]);
      expect(command.stderr).toBe('');
    },
    90_000,
  );

  it('is told of where nothing listens, also without a word of the library', async () => {
    const command = start({ REDIS_HOST: '127.0.0.1', REDIS_PORT: String(await freePort()) });
    expect(await command.logged(OUTAGE)).toMatchObject({
      reason: expect.stringMatching(/ECONNREFUSED/) as unknown,
    });
    const { port } = await command.listening();
    const answer = await fetch(`http://127.0.0.1:${port}/ready`);
    expect(await answer.json()).toEqual({
      ready: false,
      reason: 'degraded: the other nodes cannot be reached',
    });
  }, 90_000);

  it('is a cluster for a user without INFO, and the library prints nothing', async () => {
    const command = start({
      REDIS_HOST: '127.0.0.1',
      REDIS_PORT: String(redis.port),
      REDIS_USERNAME: 'noinfo',
      REDIS_PASSWORD: 'right',
    });
    await command.logged('nodes and gateway');
    expect(command.log.map(({ msg }) => msg)).toContain('this node is part of the cluster');
    expect(command.stdout.split('\n').filter((line) => line !== '' && !line.startsWith('{'))).toEqual([]);
    expect([command.stderr, command.log.filter(({ msg }) => msg === 'a library prints')]).toEqual(['', []]);
  }, 90_000);
});
