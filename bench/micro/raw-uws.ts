/**
 * What uWebSockets.js does without us: the measure for the hot path. It fans out what is posted to `/publish`, and
 * hashes what is posted to `/hash` as a signed trigger demands, and nothing else.
 */
import { createHmac, createSecretKey, hash } from 'node:crypto';
import { loadUws } from '../../src/transports/uws/load-uws.js';

const { library } = loadUws();
if (library === undefined) throw new Error('uWebSockets.js does not load here');

const key = createSecretKey(Buffer.from('app-secret'));
const app = library.App();

app.ws('/*', {
  idleTimeout: 60,
  sendPingsAutomatically: true,
  maxBackpressure: 1_048_576,
  open: (ws) => {
    ws.subscribe('topic');
  },
});

/** What is sent in a presence channel: to a joiner, and to the others about a new member. */
interface PresenceFrames {
  readonly snapshot: Uint8Array;
  readonly added: Uint8Array;
}
const presence = new Map<string, PresenceFrames>();

// What a client of the protocol hears while it subscribes, without anything being checked.
let opened = 0;
app.ws('/app/*', {
  idleTimeout: 60,
  sendPingsAutomatically: true,
  maxBackpressure: 1_048_576,
  open: (ws) => {
    ws.send(
      `{"event":"pusher:connection_established","data":"{\\"socket_id\\":\\"1234567.${++opened}\\",\\"activity_timeout\\":30}"}`,
    );
  },
  message: (ws, message) => {
    const text = Buffer.from(message).toString('latin1');
    const channel = channelOf(text);
    const frames = presence.get(channel);
    if (frames === undefined) {
      ws.send(`{"event":"pusher_internal:subscription_succeeded","channel":"${channel}","data":"{}"}`);
    } else {
      if (text.includes('new-')) app.publish(channel, frames.added);
      ws.send(frames.snapshot, false);
    }
    ws.subscribe(channel);
  },
});

function channelOf(frame: string): string {
  const start = frame.indexOf('"channel":"') + '"channel":"'.length;
  return frame.slice(start, frame.indexOf('"', start));
}

/** The frames of a presence channel, a line each: ready bytes, so that nothing but their sending is measured. */
app.post('/presence', (res) => {
  const chunks: Buffer[] = [];
  res.onAborted(() => undefined);
  res.onData((chunk, isLast) => {
    chunks.push(Buffer.from(new Uint8Array(chunk)));
    if (!isLast) return;
    const [snapshot = '', added = ''] = Buffer.concat(chunks).toString().split('\n');
    presence.set(channelOf(snapshot), { snapshot: Buffer.from(snapshot), added: Buffer.from(added) });
    res.end();
  });
});

app.post('/publish', (res) => {
  res.onAborted(() => undefined);
  res.onData((chunk, isLast) => {
    if (!isLast) return;
    app.publish('topic', chunk, false);
    res.cork(() => {
      res.writeHeader('Content-Type', 'application/json').end('{}');
    });
  });
});

app.post('/hash', (res, req) => {
  const query = req.getQuery();
  res.onAborted(() => undefined);
  res.onData((chunk, isLast) => {
    if (!isLast) return;
    hash('md5', new Uint8Array(chunk));
    createHmac('sha256', key).update(`POST\n/apps/app-id/events\n${query}`).digest('hex');
    res.cork(() => {
      res.writeHeader('Content-Type', 'application/json').end('{}');
    });
  });
});

app.listen('127.0.0.1', 0, (socket) => {
  if (socket === false) throw new Error('cannot listen');
  // The one line that the driver waits for.
  console.log(JSON.stringify({ port: library.us_socket_local_port(socket) }));
});
