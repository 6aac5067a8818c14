import { describe, expect, it } from 'vitest';
import { ActivityEmitter } from '../../../src/activity/activity.js';
import { Counters } from '../../../src/activity/counters.js';
import { ConfigAppProvider } from '../../../src/apps/config-app-provider.js';
import { EventFaults } from '../../../src/apps/event-faults.js';
import { EventCache } from '../../../src/channels/event-cache.js';
import { AppSchema } from '../../../src/config/app-schema.js';
import type { Connection } from '../../../src/connections/connection.js';
import { ConnectionServer } from '../../../src/connections/connection-server.js';
import { LocalApps } from '../../../src/connections/local-apps.js';
import type { HandshakeRequest } from '../../../src/connections/socket.js';
import { SILENT_LOG } from '../../../src/log.js';
import { ThrottledLog } from '../../../src/throttled-log.js';
import { FakeClock } from '../../support/fake-clock.js';
import { FakeSocket } from '../../support/fake-socket.js';

const HANDSHAKE: HandshakeRequest = {
  path: '/app/app-key',
  key: 'app-key',
  query: '',
  origin: undefined,
  address: '203.0.113.7',
  tls: false,
};

/** A connection server without a transport; what is published is kept. */
function setUp(app: Record<string, unknown> = {}) {
  const clock = new FakeClock();
  const counters = new Counters();
  const activity = new ActivityEmitter();
  const published: { readonly topic: string; readonly frame: string }[] = [];
  const provider = new ConfigAppProvider([
    AppSchema.parse({ id: 'app-id', key: 'app-key', secret: 'app-secret', ...app }),
  ]);
  const publisher = { publish: (topic: string, frame: string) => void published.push({ topic, frame }) };
  const cache = new EventCache({ ttlSeconds: 10, maxEntries: 10, maxBytes: 10_000 }, clock);
  const eventFaults = new EventFaults(SILENT_LOG, clock, counters);
  const warnings = new ThrottledLog(SILENT_LOG, clock);
  const services = { cache, clock, activity, counters, eventFaults, log: SILENT_LOG, warnings };
  const server = new ConnectionServer(new LocalApps(provider, publisher, activity, cache), services, 60);

  const open = (request: Partial<HandshakeRequest> = {}) => {
    const socket = new FakeSocket();
    const connection = server.open(server.handshake({ ...HANDSHAKE, ...request }), socket);
    return { socket, connection };
  };
  /** A connection that was let in. */
  const connect = () => {
    const { socket, connection } = open();
    if (connection === undefined) throw new Error('the connection was refused');
    return { socket, connection };
  };
  const send = (connection: Connection, frame: unknown) => {
    const text = typeof frame === 'string' ? frame : JSON.stringify(frame);
    server.message(connection, text, Buffer.byteLength(text));
  };
  /** Seconds go by, each with its sweep. */
  const pass = (seconds: number) => {
    for (let i = 0; i < seconds; i++) {
      clock.advance(1000);
      server.sweep();
    }
  };
  return { server, clock, counters, published, open, connect, send, pass };
}

describe('sweep', () => {
  it('closes with 4201 who was silent for the timeout less 5 seconds, to the second (LIVE-3)', () => {
    const { connect, pass } = setUp();
    const { socket } = connect();
    pass(54);
    socket.assertOpen();
    pass(1);
    socket.assertEnded(4201, 'Pong reply not received');
  });

  it('counts from the last sign of life, of whatever kind (LIVE-1)', () => {
    const { server, connect, send, pass } = setUp();
    const signs: readonly ((connection: Connection) => void)[] = [
      (connection) => {
        server.heard(connection);
      },
      (connection) => {
        send(connection, { event: 'pusher:ping' });
      },
      (connection) => {
        send(connection, 'nonsense');
      },
      (connection) => {
        server.binaryMessage(connection, 1);
      },
    ];
    for (const sign of signs) {
      const { socket, connection } = connect();
      pass(50);
      sign(connection);
      pass(54);
      socket.assertOpen();
      pass(1);
      socket.assertEnded(4201, 'Pong reply not received');
    }
  });

  it('does not count what the server sends (LIVE-1)', () => {
    const { connect, pass } = setUp();
    const { socket } = connect();
    for (let i = 0; i < 54; i++) {
      socket.send('{"event":"x","channel":"news","data":"1"}');
      pass(1);
    }
    pass(1);
    socket.assertEnded(4201, 'Pong reply not received');
  });

  it('looks at each connection by itself (LIVE-3)', () => {
    const { server, connect, pass } = setUp();
    const first = connect();
    pass(30);
    const second = connect();
    pass(25);
    first.socket.assertEnded(4201, 'Pong reply not received');
    second.socket.assertOpen();
    expect([...server.apps.active()][0]?.connections.size).toBe(1);
  });

  it('takes the silent out of their channels, once (LIVE-3, CHAN-3)', () => {
    const { server, counters, connect, send, pass } = setUp();
    const { socket, connection } = connect();
    send(connection, { event: 'pusher:subscribe', data: { channel: 'news' } });
    socket.assertReceived({ event: 'pusher_internal:subscription_succeeded', channel: 'news' });
    expect([...socket.topics]).toStrictEqual(['app-id/news']);
    pass(55);
    expect([...socket.topics]).toEqual([]);
    const [app] = server.apps.active();
    expect(app?.channels.size).toBe(0);

    // The transport tells of the close later; messages that were under way come before.
    send(connection, { event: 'pusher:subscribe', data: { channel: 'news' } });
    pass(10);
    server.closed(connection, 4201);
    expect(app?.channels.size).toBe(0);
    expect(counters.connectionsClosed).toStrictEqual(new Map([[4201, 1]]));
  });

  it('closes with 4009 who is not authorized in time (CONN-8)', () => {
    const { server, connect, pass } = setUp({ authorizationTimeoutSeconds: 10 });
    const { socket, connection } = connect();
    pass(9);
    server.heard(connection);
    socket.assertOpen();
    pass(1);
    socket.assertEnded(4009, 'Connection not authorized within timeout');
  });

  it('tells the silent that they were silent, when both times are over (LIVE-3, CONN-8)', () => {
    const { connect, pass, clock, server } = setUp({ authorizationTimeoutSeconds: 55 });
    const { socket } = connect();
    pass(54);
    clock.advance(2000);
    server.sweep();
    socket.assertEnded(4201, 'Pong reply not received');
  });
});

describe('open', () => {
  it('ends a refused socket with its reason, and keeps nothing of it (CONN-2)', () => {
    const { server, counters, open } = setUp();
    const { socket, connection } = open({ key: 'nobody' });
    expect(connection).toBeUndefined();
    socket.assertEnded(
      4001,
      'App key nobody does not exist on this server. Did you mean another server or cluster?',
    );
    expect([...server.apps.active()]).toEqual([]);
    expect(counters.handshakesRefused).toStrictEqual(new Map([[4001, 1]]));
  });

  it('limits handshakes of an address that is not loopback (CONN-9)', () => {
    const { open, clock } = setUp({ handshakeBurst: 1, maxHandshakesPerSecond: 1 });
    expect(open().connection).toBeDefined();
    expect(open().socket.ending?.code).toBe(4100);
    for (const address of ['127.0.0.1', '127.8.9.10', '::1', ''])
      expect(open({ address }).connection).toBeDefined();
    clock.advance(1000);
    expect(open().connection).toBeDefined();
  });
});

describe('message', () => {
  it('answers an inner fault without a code, counts it, and leaves the connection open', () => {
    const { server, counters, connect, send } = setUp();
    const { socket, connection } = connect();
    const [app] = server.apps.active();
    Object.defineProperty(app, 'channels', {
      get: () => {
        throw new Error('broken');
      },
    });
    send(connection, { event: 'pusher:subscribe', data: { channel: 'news' } });
    socket.assertReceived({
      event: 'pusher:error',
      data: { code: null, message: 'The server could not handle this message' },
    });
    socket.assertOpen();
    expect(counters.internalErrors).toBe(1);
  });

  it('takes nothing from a connection that is closing', () => {
    const { server, counters, connect, send } = setUp();
    const { socket, connection } = connect();
    server.closeWithError(connection, 4200, 'Server is restarting; please reconnect');
    const received = counters.messagesReceived;
    send(connection, { event: 'pusher:ping' });
    server.binaryMessage(connection, 1);
    server.closeWithError(connection, 4009, 'again');
    expect(counters.messagesReceived).toBe(received);
    socket.assertEnded(4200, 'Server is restarting; please reconnect');
  });
});

describe('overloaded', () => {
  it('closes with 4100 and counts it once, however often it is reported (SLOW-1)', () => {
    const { server, counters, connect, send } = setUp();
    const { socket, connection } = connect();
    send(connection, { event: 'pusher:subscribe', data: { channel: 'news' } });
    server.overloaded(connection);
    server.overloaded(connection);
    socket.assertEnded(4100, 'Reads too slowly; please reconnect');
    expect([...socket.topics]).toEqual([]);
    expect(counters.slowConsumers).toBe(1);
  });
});
