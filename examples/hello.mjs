// The first minute: `npm start` in one terminal, `node examples/hello.mjs` in another.
// A client subscribes to a channel of each kind, and the back end triggers an event on each over the HTTP API.
import Pusher from 'pusher';
import PusherJs from 'pusher-js';

const port = process.env.PREGON_PORT ?? '8080';
const app = { appId: 'app-id', key: 'app-key', secret: 'app-secret' };

// The back end, with the secret.
const api = new Pusher({ ...app, host: '127.0.0.1', port, useTLS: false });

// The browser, without it: who may subscribe is the back end's decision, which is a request in earnest (authEndpoint).
const client = new PusherJs(app.key, {
  wsHost: '127.0.0.1',
  wsPort: Number(port),
  forceTLS: false,
  enabledTransports: ['ws'],
  cluster: '',
  unavailableTimeout: 3000,
  channelAuthorization: {
    customHandler: ({ socketId, channelName }, callback) => {
      const member = channelName.startsWith('presence-')
        ? { user_id: '1', user_info: { name: 'Ana' } }
        : undefined;
      callback(null, api.authorizeChannel(socketId, channelName, member));
    },
  },
});
client.connection.bind('unavailable', () => {
  console.error(`Nothing answers at 127.0.0.1:${port}; is pregon running?`);
  process.exitCode = 1;
  client.disconnect();
});

const waiting = new Set(['news', 'private-user.1', 'presence-room']);
for (const name of waiting) {
  const channel = client.subscribe(name);
  channel.bind('pusher:subscription_succeeded', () => {
    void api.trigger(name, 'hello', { text: 'it works' });
  });
  channel.bind('hello', ({ text }) => {
    console.log(`${name}: ${text}`);
    waiting.delete(name);
    if (waiting.size === 0) client.disconnect();
  });
}
