import pusherJs, { type Channel, type Options } from 'pusher-js';
import PusherHttp from 'pusher';
import nacl from 'tweetnacl';
import { onTestFinished } from 'vitest';
import { TEST_APP, type TestServer } from './start-server.js';

/** pusher-js. Its types describe an ES module, yet Node is given the class itself as the module. */
export const Pusher = pusherJs as unknown as (typeof pusherJs)['default'];
export type Pusher = InstanceType<typeof Pusher>;

/** The key that Pusher's library encrypts with; any 32 bytes. */
const MASTER_KEY = Buffer.alloc(32, 7).toString('base64');

/** The application: Pusher's own Node library, pointed at the server; at the last node of several. */
export function applicationOf(
  { lastPort }: Pick<TestServer, 'lastPort'>,
  secret: string = TEST_APP.secret,
): PusherHttp {
  return new PusherHttp({
    appId: TEST_APP.id,
    key: TEST_APP.key,
    secret,
    host: '127.0.0.1',
    port: String(lastPort),
    useTLS: false,
    encryptionMasterKeyBase64: MASTER_KEY,
  });
}

/** Who uses a client, as the application knows him. */
export interface ClientUser {
  readonly id: string;
  readonly info?: Record<string, unknown>;
  readonly watchlist?: readonly string[];
}

/** What the application's authorization endpoint answers. */
export function authorize(application: PusherHttp, socketId: string, channel: string, user: ClientUser) {
  return channel.startsWith('presence-')
    ? application.authorizeChannel(socketId, channel, { user_id: user.id, user_info: user.info ?? {} })
    : application.authorizeChannel(socketId, channel);
}

/** pusher-js options for a server, without authorization. */
export function connectionOptions(server: Pick<TestServer, 'clientPort'>) {
  const enabledTransports: ['ws'] = ['ws'];
  return {
    cluster: '',
    wsHost: '127.0.0.1',
    wsPort: server.clientPort(),
    forceTLS: false,
    enabledTransports,
    nacl,
  };
}

/** A pusher-js client of a user; it disconnects when the test ends. */
export function pusherClient(
  server: Pick<TestServer, 'clientPort' | 'lastPort'>,
  user: ClientUser = { id: '1' },
  options: Partial<Options> = {},
): Pusher {
  const application = applicationOf(server);
  const client = new Pusher(TEST_APP.key, {
    ...connectionOptions(server),
    channelAuthorization: {
      customHandler: ({ socketId, channelName }, callback) => {
        callback(null, authorize(application, socketId, channelName, user));
      },
    },
    userAuthentication: {
      customHandler: ({ socketId }, callback) => {
        const { id, info = {}, watchlist = [] } = user;
        callback(null, application.authenticateUser(socketId, { id, user_info: info, watchlist }));
      },
    },
    ...options,
  });
  onTestFinished(() => {
    client.disconnect();
  });
  return client;
}

/** Anything of pusher-js and Echo that events are bound to. */
interface Bindable {
  bind(event: string, callback: (data: unknown) => void): unknown;
  unbind(event: string, callback: (data: unknown) => void): unknown;
}

/** The data of the next event of a name. Ask before it can come. */
export function nextEvent<T = unknown>(source: object, event: string): Promise<T> {
  // pusher-js declares callbacks as Function, which nothing more exact is assignable to.
  const emitter = source as Bindable;
  return new Promise((resolve) => {
    const callback = (data: unknown) => {
      emitter.unbind(event, callback);
      resolve(data as T);
    };
    emitter.bind(event, callback);
  });
}

/** All data of an event from now on. */
export function recorded<T = unknown>(source: object, event: string): T[] {
  const heard: T[] = [];
  (source as Bindable).bind(event, (data) => {
    heard.push(data as T);
  });
  return heard;
}

/** Waits until a client is connected. */
export async function connected(client: Pusher): Promise<void> {
  if (client.connection.state !== 'connected') await nextEvent(client.connection, 'connected');
}

/** A presence channel of pusher-js, as far as tests look at it. */
export interface PresenceRoom {
  readonly members: {
    readonly count: number;
    readonly me: unknown;
    get(id: string): unknown;
  };
}

/** Subscribes to a presence channel and waits for the success. */
export async function joined(client: Pusher, name: string): Promise<PresenceRoom> {
  // pusher-js makes channels with this prefix of another class.
  return (await subscribed(client, name)) as unknown as PresenceRoom;
}

/** Subscribes and waits for the success. */
export async function subscribed(client: Pusher, name: string): Promise<Channel> {
  const channel = client.subscribe(name);
  if (!channel.subscribed) await nextEvent(channel, 'pusher:subscription_succeeded');
  return channel;
}
