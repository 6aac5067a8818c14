import { describe, expect, it } from 'vitest';
import { NatsBus, type NatsSettings } from '../../../src/cluster/drivers/nats/nats-bus.js';
import { makeCertificate } from '../../support/certificates.js';
import { CertificateFiles } from '../../support/certificates.js';
import { eventually } from '../../support/eventually.js';
import { NatsServer } from '../../support/nats-server.js';
import { describeWith, NATS } from '../../support/services.js';
import { freshTopic, TestBus } from './bus-bed.js';
import { describeFaults } from './bus-faults.js';
import { describeBus } from './bus-suite.js';

function natsSettings(server: NatsServer, settings: Partial<NatsSettings> = {}): NatsSettings {
  return {
    servers: [`127.0.0.1:${server.port}`],
    user: null,
    password: null,
    token: null,
    tls: undefined,
    ...settings,
  };
}

describeWith(NATS, () => {
  const start = async () => {
    const server = await NatsServer.start();
    return { server, create: () => new NatsBus(natsSettings(server), 'te.st'), stop: () => server.stop() };
  };

  describe('bus', () => {
    describeBus(start);
    describeFaults(start);
  });

  it('sends nothing that is larger than the server takes, and says so', async () => {
    const bed = await start();
    const node = await TestBus.open(bed);

    expect(node.publish(freshTopic(), 'x'.repeat(1_048_577), 'x'.repeat(1_048_576))).toEqual([false, true]);
    await bed.stop();
  });

  it('takes any channel name for a topic', async () => {
    const bed = await start();
    const node = await TestBus.open(bed);
    const topics = ['app/a.b', 'app/.a..b.', 'app/a%2eb', '#users/app', 'app.1/_-=@,.;'];
    await Promise.all(topics.map((topic) => node.bus.subscribe(topic)));

    for (const topic of topics) node.publish(topic, topic);

    await eventually(() => {
      expect(topics.map((topic) => node.on(topic))).toEqual(topics.map((topic) => [topic]));
    });
    await bed.stop();
  });

  it.each<[string, string[], Partial<NatsSettings>, Partial<NatsSettings>]>([
    [
      'user and password',
      ['--user', 'u', '--pass', 'p'],
      { user: 'u', password: 'p' },
      { user: 'u', password: 'wrong' },
    ],
    ['a token', ['--auth', 'secret-token'], { token: 'secret-token' }, { token: 'wrong' }],
  ])('signs in with %s', async (_how, args, right, wrong) => {
    const server = await NatsServer.start(args);
    const refused = TestBus.start({ create: () => new NatsBus(natsSettings(server, wrong), 'test') });
    await TestBus.open({ create: () => new NatsBus(natsSettings(server, right), 'test') });

    await eventually(() => {
      expect(refused.events).toEqual(['down']);
    });
    await server.stop();
  });

  it('is encrypted, with a certificate on both sides', async () => {
    const authority = await makeCertificate('an authority', { isAuthority: true });
    const [ofServer, ofClient] = await Promise.all([
      makeCertificate('localhost', { issuer: authority }),
      makeCertificate('a client', { issuer: authority }),
    ]);
    const [files, ca] = [new CertificateFiles(ofServer), new CertificateFiles(authority)];
    const server = await NatsServer.start(
      ['--tlsverify', '--tlscert', files.certFile, '--tlskey', files.keyFile].concat(
        '--tlscacert',
        ca.certFile,
      ),
    );
    const tls = { ca: authority.cert, ...ofClient, rejectUnauthorized: true };
    const create = (given: NatsSettings['tls']) => new NatsBus(natsSettings(server, { tls: given }), 'test');
    const stranger = TestBus.start({ create: () => create({ rejectUnauthorized: true }) });

    const node = await TestBus.open({ create: () => create(tls) });
    const topic = freshTopic();
    await node.bus.subscribe(topic);
    node.publish(topic, 'x');

    await eventually(() => {
      expect(node.on(topic)).toEqual(['x']);
      expect(stranger.events).toEqual(['down']);
    });
    await server.stop();
  });
});
