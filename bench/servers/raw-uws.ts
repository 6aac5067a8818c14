/**
 * uWebSockets.js and nothing else, as a measure for servers built on it: a socket is subscribed to the topics in its
 * URL, each line posted to `/publish/{topic}` is published as it came, and what is posted to `/apps/{id}/events` is
 * hashed as a signed trigger has to be, and forgotten.
 */
import { createHmac, createSecretKey, hash } from 'node:crypto';
import { loadUws } from '../../src/transports/uws/load-uws.js';

interface Topics {
  readonly topics: readonly string[];
}

const { library } = loadUws();
if (library === undefined) throw new Error('uWebSockets.js does not load here');

const key = createSecretKey(Buffer.from('app-secret'));
const app = library.App();

app.ws<Topics>('/raw', {
  idleTimeout: 60,
  sendPingsAutomatically: true,
  maxBackpressure: 1_048_576,
  upgrade: (res, req, context) => {
    const topics = req.getQuery().split(',').filter(Boolean);
    res.upgrade<Topics>(
      { topics },
      req.getHeader('sec-websocket-key'),
      req.getHeader('sec-websocket-protocol'),
      req.getHeader('sec-websocket-extensions'),
      context,
    );
  },
  open: (ws) => {
    for (const topic of ws.getUserData().topics) ws.subscribe(topic);
  },
});

app.post('/publish/:topic', (res, req) => {
  const topic = req.getParameter(0) ?? '';
  res.onAborted(() => undefined);
  res.onData((chunk, isLast) => {
    if (!isLast) return;
    for (const frame of lines(chunk)) app.publish(topic, frame, false);
    res.cork(() => {
      res.writeHeader('Content-Type', 'application/json').end('{}');
    });
  });
});

app.post('/apps/:id/events', (res, req) => {
  const url = req.getUrl();
  const query = req.getQuery();
  res.onAborted(() => undefined);
  res.onData((chunk, isLast) => {
    if (!isLast) return;
    hash('md5', new Uint8Array(chunk));
    createHmac('sha256', key).update(`POST\n${url}\n${query}`).digest('hex');
    res.cork(() => {
      res.writeHeader('Content-Type', 'application/json').end('{}');
    });
  });
});

const LINE_FEED = 10;

/** The lines of a body; one without a line break is handed on as it is. */
function lines(body: ArrayBuffer): ArrayBuffer[] | Uint8Array[] {
  const bytes = new Uint8Array(body);
  if (!bytes.includes(LINE_FEED)) return [body];
  const found: Uint8Array[] = [];
  let start = 0;
  for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, start)) {
    found.push(bytes.subarray(start, end));
    start = end + 1;
  }
  found.push(bytes.subarray(start));
  return found;
}

app.listen('127.0.0.1', 0, (socket) => {
  if (socket === false) throw new Error('cannot listen');
  // The one line that the bench waits for.
  console.log(JSON.stringify({ port: library.us_socket_local_port(socket) }));
});
