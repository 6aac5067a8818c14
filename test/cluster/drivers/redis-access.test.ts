import { describe, expect, it, onTestFinished } from 'vitest';
import { makeCertificate, CertificateFiles } from '../../support/certificates.js';
import { eventually } from '../../support/eventually.js';
import { RedisServer, type RedisServerOptions } from '../../support/redis-server.js';
import { describeWith, REDIS } from '../../support/services.js';
import { freshTopic, TestBus } from './bus-bed.js';
import { redisBeds } from './redis-beds.js';
import { beating, change, freshKey, member, TestStore } from './store-bed.js';

async function startServer(options: RedisServerOptions): Promise<RedisServer> {
  const server = await RedisServer.start(options);
  onTestFinished(() => server.stop());
  return server;
}

const nothing = { flush: () => Promise.resolve(), stop: () => Promise.resolve() };

/** Sends a message and makes a change. */
async function expectToWork(beds: ReturnType<typeof redisBeds>): Promise<void> {
  const node = await TestBus.open(beds.bus);
  const { store, ...test } = await TestStore.open(beds.store);
  const [topic, key] = [freshTopic(), freshKey()];
  await Promise.all([node.bus.subscribe(topic), store.watch(key)]);
  node.publish(topic, 'x');
  await store.beat(beating('a'), true);
  await store.apply('a', change(key, { join: [member('u1')] }));
  await eventually(() => {
    expect(node.on(topic)).toEqual(['x']);
    expect(test.deltas).toHaveLength(1);
  });
}

describeWith(REDIS, () => {
  describe('access', () => {
    it('takes a user of an access control list that may only touch the prefix', async () => {
      const server = await startServer({});
      await server.admin.acl('SETUSER', 'pregon', 'on', '>a password', 'resetkeys', 'resetchannels');
      await server.admin.acl('SETUSER', 'pregon', '~test:*', '&test:*', '+@all', '-@dangerous', '+info');
      const beds = redisBeds({ port: server.port, username: 'pregon', password: 'a password' }, nothing);

      await expectToWork(beds);
    });

    it('goes on trying where the password is wrong', async () => {
      const server = await startServer({
        settings: { requirepass: 'right' },
        admin: { password: 'right' },
      });
      const refused = TestBus.start(redisBeds({ port: server.port, password: 'wrong' }, nothing).bus);
      await eventually(() => {
        expect(refused.events).toEqual(['down']);
      });

      await expectToWork(redisBeds({ port: server.port, password: 'right' }, nothing));
      await server.admin.config('SET', 'requirepass', 'wrong');
      await refused.isUp();
    });

    it('is encrypted, with a certificate on both sides', async () => {
      const authority = await makeCertificate('an authority', { isAuthority: true });
      const [ofServer, ofClient] = await Promise.all([
        makeCertificate('localhost', { issuer: authority }),
        makeCertificate('a client', { issuer: authority }),
      ]);
      const [files, ca] = [new CertificateFiles(ofServer), new CertificateFiles(authority)];
      const server = await startServer({
        encrypted: true,
        settings: {
          'tls-cert-file': files.certFile,
          'tls-key-file': files.keyFile,
          'tls-ca-cert-file': ca.certFile,
          'tls-auth-clients': 'yes',
        },
      });
      const tls = { ca: authority.cert, ...ofClient, rejectUnauthorized: true };
      const beds = (given: typeof tls | { rejectUnauthorized: boolean }) =>
        redisBeds({ port: server.port, tls: given }, nothing);
      const stranger = TestBus.start(beds({ rejectUnauthorized: true }).bus);

      await expectToWork(beds(tls));
      await eventually(() => {
        expect(stranger.events).toEqual(['down']);
      });
    });

    it('keeps databases and prefixes of one server apart', async () => {
      const server = await startServer({});
      await expectToWork(redisBeds({ port: server.port, db: 3 }, nothing));

      expect(await server.admin.dbsize()).toBe(0);
      await server.admin.select(3);
      const keys = await server.admin.keys('*');
      expect(keys.length).toBeGreaterThan(0);
      for (const key of keys) expect(key).toMatch(/^test:/);
    });
  });

  it('leaves nothing behind for good in a channel that is empty', async () => {
    const server = await startServer({});
    const { store } = await TestStore.open(redisBeds({ port: server.port }, nothing).store);
    const key = freshKey();
    const join = [member('u1'), member('u2')];
    await store.apply('a', change(key, { join }));
    await store.apply('b', change(key, { join }));
    await store.apply('a', change(key, { subscriptions: 0, graceMs: 3000 }));
    await store.apply('b', change(key, { subscriptions: 0, graceMs: 3000 }));
    await store.release('b', key, 'channel', 'b');
    await store.apply('c', change(key, { join }));
    await store.drop('c', key, 0);
    await store.release('b', key, 'member u1', 'b');

    const left = await server.admin.keys('*');
    const ofChannel = left.filter((name) => name.startsWith(`test:{${key}}`));
    const times = await Promise.all(ofChannel.map((name) => server.admin.pttl(name)));

    expect(ofChannel.length).toBeGreaterThan(0);
    for (const [i, time] of times.entries()) expect([ofChannel[i], time > 0]).toEqual([ofChannel[i], true]);
  });

  it('does not scan, whatever is asked', async () => {
    const server = await startServer({});
    const { store } = await TestStore.open(redisBeds({ port: server.port }, nothing).store);
    const key = freshKey();
    const join = Array.from({ length: 500 }, (_, i) => member(`u${i}`));
    await store.apply('a', change(key, { join, maxMembers: 1000 }));
    await server.admin.config('RESETSTAT');

    await store.apply('b', change(key, { join: [member('v')], maxMembers: 1000 }));
    await store.apply('b', change(key, { subscriptions: 0 }));

    const stats = await server.admin.info('commandstats');
    expect(stats).toMatch(/cmdstat_evalsha:calls=[23],/);
    for (const slow of ['keys', 'scan', 'hgetall', 'hkeys', 'hvals', 'sscan', 'hscan']) {
      expect(stats).not.toContain(`cmdstat_${slow}:`);
    }
  });
});
