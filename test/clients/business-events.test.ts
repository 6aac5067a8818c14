import { describe, expect, it } from 'vitest';
import { CATALOGUE, channelsOf, fillPattern, type CatalogueEvent } from '../../protocol/events/index.js';
import { pusherOf } from '../support/echo.js';
import { echoClient } from '../support/echo-client.js';
import { applicationOf, nextEvent, pusherClient, subscribed } from '../support/client-libraries.js';
import { eventually } from '../support/eventually.js';
import { GATEWAY_SECRET, post } from '../support/gateway.js';
import { HubClient } from '../support/hub-client.js';
import { startServer, type TestServer } from '../support/start-server.js';
import { hmacToken, JWT_SECRET } from '../support/tokens.js';
import { onEachTransport } from '../support/transports.js';

/** Everybody who is told something: as members of presence channels too. */
const RECEIVER = { id: '33', info: { name: 'Luis Pérez', role: 'cobrador' } };
const COBRADOR = { id: '33', name: 'Luis Pérez' };
const MANAGER = { id: '7', name: 'Ana Gómez' };

/** A server with everything on, for all applications at once. */
function start(transport: 'uws' | 'ws'): Promise<TestServer> {
  return startServer({
    transport,
    app: { clientEvents: 'members' },
    config: { gateway: { secret: GATEWAY_SECRET }, hub: { jwtSecret: JWT_SECRET } },
  });
}

/** What a receiver heard on a channel. */
interface Receiver {
  readonly library: string;
  readonly heard: unknown[];
}

/** pusher-js and Echo, both subscribed and bound to an event by its canonical name. */
async function receivers(server: TestServer, channel: string, event: string): Promise<Receiver[]> {
  const pusher: Receiver = { library: 'pusher-js', heard: [] };
  (await subscribed(pusherClient(server, RECEIVER), channel)).bind(event, (data: unknown) => {
    pusher.heard.push(data);
  });
  const echo: Receiver = { library: 'Laravel Echo', heard: [] };
  const client = echoClient('reverb', server, RECEIVER);
  const name = channel.replace(/^(?:private|presence)-/, '');
  const joined = channel.startsWith('presence-') ? client.join(name) : client.private(name);
  joined.listen(`.${event}`, (data: unknown) => {
    echo.heard.push(data);
  });
  await new Promise<void>((resolve) => {
    joined.subscribed(resolve);
  });
  expect(pusherOf(client).connection.state).toBe('connected');
  return [pusher, echo];
}

async function allHeard(all: readonly Receiver[], payload: unknown): Promise<void> {
  await eventually(() => {
    for (const { library, heard } of all) expect({ library, heard }).toEqual({ library, heard: [payload] });
  });
}

/** The channels of an event that is triggered; ids that only the producer knows are the receiver's. */
function channelsOfTrigger({ channels }: CatalogueEvent): string[] {
  const names = channels
    .filter(({ legacy }) => legacy !== true)
    .map(({ pattern }) => fillPattern(pattern, pattern.includes('{role}') ? 'manager' : RECEIVER.id));
  return [...new Set(names)].filter((name) => name !== undefined);
}

const TRIGGERED = CATALOGUE.filter(({ client }) => client === undefined).flatMap((event) =>
  event.examples.flatMap((payload, index) =>
    channelsOfTrigger(event).map((channel) => ({ name: event.name, channel, payload, index })),
  ),
);

/** A request to the gateway, made from what the catalogue says of an event. */
interface GatewayRow {
  readonly event: CatalogueEvent;
  readonly endpoint: string;
  readonly body: Record<string, unknown>;
  readonly payload: Record<string, unknown>;
}

const GATEWAY_ROWS: readonly GatewayRow[] = CATALOGUE.flatMap((event) =>
  event.produced.flatMap((production) => {
    const { by, endpoint, when } = production;
    if (by !== 'legacy-http' || endpoint === undefined) return [];
    // The notice of the gateway is the last member of a union.
    const payload = event.examples.at(-1) as Record<string, unknown>;
    const body =
      endpoint === '/notify'
        ? { userId: RECEIVER.id, event: when?.is, data: payload }
        : { cobrador: COBRADOR, manager: MANAGER, ...payload, ...(when && { [when.field]: when.is }) };
    return [{ event, endpoint, body, payload }];
  }),
);

/** What the gateway words itself. */
const WORDED = ['message', 'title', 'timestamp'];

function withoutWords(payload: unknown): unknown {
  return Object.fromEntries(Object.entries(payload as object).filter(([name]) => !WORDED.includes(name)));
}

onEachTransport((transport) => {
  describe('a business event that Laravel triggers', () => {
    it.each(TRIGGERED)('$name ($index) reaches $channel', async ({ name, channel, payload }) => {
      const server = await start(transport);
      const all = await receivers(server, channel, name);
      await applicationOf(server).trigger(channel, name, payload);
      await allHeard(all, payload);
    });
  });

  describe('a business event that clients send', () => {
    it.each(CATALOGUE.flatMap((event) => (event.client === undefined ? [] : [{ event, ...event.client }])))(
      '$event.name reaches the others on $channel',
      async ({ event, channel: pattern }) => {
        const server = await start(transport);
        const channel = fillPattern(pattern, RECEIVER.id)!;
        const name = event.name.startsWith('client-') ? event.name : `client-${event.name}`;
        const all = await receivers(server, channel, name);
        const sender = await subscribed(pusherClient(server, RECEIVER), channel);
        sender.trigger(name, event.examples[0]);
        await allHeard(all, event.examples[0]);
      },
    );
  });

  describe('a business event of the gateway', () => {
    it.each(GATEWAY_ROWS)('$event.name comes of $endpoint', async ({ event, endpoint, body, payload }) => {
      const server = await start(transport);
      const [channel] = channelsOf(event, body, 'legacy-http');
      expect(channel).toBeDefined();
      const all = await receivers(server, channel!, event.name);
      expect(await post(server, endpoint, body)).toMatchObject({
        status: 200,
        body: { success: true, sent: true },
      });
      await eventually(() => {
        for (const { heard } of all) {
          expect(heard).toHaveLength(1);
          const expected = endpoint === '/notify' ? payload : withoutWords(payload);
          // Only the manager's copy of a cash box names the cobrador; this is the first channel, his own.
          const rest = Object.fromEntries(
            Object.entries(expected!).filter(([field]) => field !== 'cobrador'),
          );
          expect(heard[0]).toMatchObject(endpoint === '/cash-balance-notification' ? rest : expected!);
        }
      });
    });
  });

  describe('a business event of the hub', () => {
    it('payment.confirmed reaches pusher-js, Echo and hub sockets alike, from either side', async () => {
      const server = await start(transport);
      const event = CATALOGUE.find(({ name }) => name === 'payment.confirmed')!;
      const payload = event.examples[0] as Record<string, unknown>;
      const all = await receivers(server, 'private-user.33', event.name);
      const hub = await HubClient.connect(server, await hmacToken({ sub: '33' }));

      await post(server, '/notifications/users/33/notify', { type: 'PAYMENT_CONFIRMED', data: payload });
      await allHeard(all, payload);
      expect(await hub.received(1)).toEqual([{ type: 'PAYMENT_CONFIRMED', data: payload }]);

      for (const { heard } of all) heard.length = 0;
      const next = { ...payload, paymentId: '2' };
      await applicationOf(server).trigger('private-user.33', event.name, next);
      await allHeard(all, next);
      expect(await hub.received(2)).toContainEqual({ type: 'PAYMENT_CONFIRMED', data: next });
    });
  });

  describe('Echo with a user for whom nothing is meant', () => {
    it('hears nothing of it', async () => {
      const server = await start(transport);
      const other = await subscribed(pusherClient(server, { id: '8' }), 'private-user.8');
      const heard: unknown[] = [];
      other.bind_global((_name: string, data: unknown) => heard.push(data));
      for (const { endpoint, body } of GATEWAY_ROWS) await post(server, endpoint, body);
      const last = nextEvent(other, 'last');
      await applicationOf(server).trigger('private-user.8', 'last', {});
      await last;
      expect(heard).toEqual([{}]);
    });
  });
});
