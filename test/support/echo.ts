import Echo, { type Channel } from 'laravel-echo';
import pusherJs from 'pusher-js';
import nacl from 'tweetnacl';
import { onTestFinished } from 'vitest';
import type { Pusher } from './client-libraries.js';
import type { LaravelApp, SignedInUser } from './laravel-app.js';
import { TEST_APP } from './start-server.js';

export type EchoClient = Echo<'reverb'>;

/** The client below, which Echo's types do not name. */
export function pusherOf({ connector }: EchoClient): Pusher {
  return (connector as { pusher: unknown }).pusher as Pusher;
}

/** Waits for a callback that Echo is given. */
export function called<T = unknown>(give: (callback: (value: T) => void) => unknown): Promise<T> {
  return new Promise((resolve) => {
    give(resolve);
  });
}

/**
 * Waits until a channel is subscribed.
 *
 * @throws Error when it is refused
 */
export function subscribed<T extends Channel>(channel: T): Promise<T> {
  return new Promise((resolve, reject) => {
    channel.subscribed(() => {
      resolve(channel);
    });
    channel.error((refusal: unknown) => {
      reject(new Error(`refused: ${JSON.stringify(refusal)}`));
    });
  });
}

/** Echo of a user of the Laravel example, who authorizes with his bearer token; it disconnects when the test ends. */
export function echoOf(app: LaravelApp, { token }: SignedInUser): EchoClient {
  const echo = new Echo({
    broadcaster: 'reverb',
    key: TEST_APP.key,
    Pusher: pusherJs,
    wsHost: '127.0.0.1',
    wsPort: app.pregon.port,
    forceTLS: false,
    enabledTransports: ['ws'],
    authEndpoint: `${app.url}/broadcasting/auth`,
    userAuthentication: { transport: 'ajax', endpoint: `${app.url}/broadcasting/user-auth`, headers: {} },
    // Echo writes the token into these headers, which all its clients share where none are given.
    auth: { headers: {} },
    bearerToken: token,
    nacl,
  });
  onTestFinished(() => {
    echo.disconnect();
  });
  return echo;
}
