import Echo from 'laravel-echo';
import pusherJs, { type ChannelAuthorizationCallback } from 'pusher-js';
import { onTestFinished } from 'vitest';
import { applicationOf, authorize, connectionOptions, type ClientUser } from './client-libraries.js';
import { TEST_APP, type TestServer } from './start-server.js';

export type Broadcaster = 'reverb' | 'pusher';

/** Echo as a Laravel front end sets it up; it disconnects when the test ends. */
export function echoClient(
  broadcaster: Broadcaster,
  server: Pick<TestServer, 'clientPort' | 'lastPort'>,
  user: ClientUser = { id: '1' },
  application = applicationOf(server),
): Echo<'reverb'> {
  const echo = new Echo({
    ...connectionOptions(server),
    // Both are the same connector; its types tell them apart all the way down.
    broadcaster: broadcaster as 'reverb',
    key: TEST_APP.key,
    Pusher: pusherJs,
    authorizer: ({ name }: { readonly name: string }) => ({
      authorize: (socketId: string, callback: ChannelAuthorizationCallback) => {
        callback(null, authorize(application, socketId, name, user));
      },
    }),
    userAuthentication: {
      customHandler: (
        { socketId }: { readonly socketId: string },
        callback: (error: null, data: { auth: string; user_data: string }) => void,
      ) => {
        callback(null, application.authenticateUser(socketId, { id: user.id }));
      },
      endpoint: '',
      headers: {},
    },
  });
  onTestFinished(() => {
    echo.disconnect();
  });
  return echo;
}
