import { hash } from 'node:crypto';
import type { HttpResponse } from '../../http/response.js';

const STYLE = `
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 48rem; padding: 0 1rem; }
label { display: block; margin: .5rem 0; }
input, textarea { box-sizing: border-box; font: inherit; padding: .3rem; width: 100%; }
textarea { font-family: ui-monospace, monospace; height: 6rem; }
button { font: inherit; margin: .5rem .5rem .5rem 0; padding: .3rem 1rem; }
pre { background: #f4f4f4; overflow: auto; padding: .5rem; white-space: pre-wrap; }
`;

/** Speaks the protocol itself, so that the page needs nothing from elsewhere. */
const SCRIPT = `
const of = (id) => document.getElementById(id);
const show = (text) => { of('log').textContent = new Date().toISOString() + '  ' + text + '\\n' + of('log').textContent; };
const prefix = location.pathname.replace(/\\/test\\.html$/, '');
const say = (to, event, data) => to.send(JSON.stringify({ event, data }));
let socket;
const signed = async (channel, socketId) => {
  if (!of('secret').value) throw new Error(channel + ' is private: give the secret, and this server signs the subscription');
  const response = await fetch(prefix + '/test.html/auth', {
    method: 'POST',
    headers: { 'X-WS-Secret': of('secret').value },
    body: new URLSearchParams({ socket_id: socketId, channel_name: channel }),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error('not signed: ' + response.status + ' ' + answer.error);
  return { channel, auth: answer.auth };
};
const subscribe = async (to, { socket_id }) => {
  const channel = of('channel').value;
  try {
    say(to, 'pusher:subscribe', /^(private|presence)-/.test(channel) ? await signed(channel, socket_id) : { channel });
  } catch (error) {
    show(error.message);
  }
};
of('connect').onclick = () => {
  if (socket) socket.close();
  const scheme = location.protocol === 'https:' ? 'wss://' : 'ws://';
  socket = new WebSocket(scheme + location.host + prefix + '/app/' + encodeURIComponent(of('key').value) + '?protocol=7&client=test-page');
  socket.onmessage = ({ data, target }) => {
    show(data);
    const message = JSON.parse(data);
    if (message.event === 'pusher:connection_established') subscribe(target, JSON.parse(message.data));
  };
  socket.onclose = ({ code, reason }) => show('closed ' + code + ' ' + reason);
};
setInterval(() => { if (socket && socket.readyState === 1) say(socket, 'pusher:ping', {}); }, 25000);
of('send').onclick = async () => {
  const response = await fetch(prefix + of('endpoint').value, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-WS-Secret': of('secret').value },
    body: of('body').value,
  });
  show(response.status + ' ' + await response.text());
};
`;

const PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>pregon: test page</title>
<style>${STYLE}</style>
<h1>Test page</h1>
<label>Secret, to send and to listen to private channels <input id="secret" type="password" autocomplete="off"></label>
<h2>Listen</h2>
<label>App key <input id="key" value="{key}"></label>
<label>Channel <input id="channel" value="private-user.1"></label>
<button id="connect">Connect and subscribe</button>
<h2>Notify</h2>
<label>Endpoint <input id="endpoint" value="/notify"></label>
<label>Body <textarea id="body">{"userId": "1", "event": "notification", "data": {"title": "Prueba", "message": "Hola"}}</textarea></label>
<button id="send">Send</button>
<h2>What came</h2>
<pre id="log"></pre>
<script>${SCRIPT}</script>
</html>
`;

const hashOf = (text: string) => `'sha256-${hash('sha256', text, 'base64')}'`;

const HEADERS: HttpResponse['headers'] = [
  ['Content-Type', 'text/html; charset=utf-8'],
  [
    'Content-Security-Policy',
    `default-src 'none'; style-src ${hashOf(STYLE)}; script-src ${hashOf(SCRIPT)}; connect-src 'self' ws: wss:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  ],
  ['X-Content-Type-Options', 'nosniff'],
  ['Referrer-Policy', 'no-referrer'],
];

/**
 * `GET /test.html`: a page to listen and to notify by hand. It asks for the secret and holds none; with it the server
 * signs its subscriptions.
 *
 * @param key of the app; letters, digits, `_` and `-`
 */
export function testPage(key: string): HttpResponse {
  return { status: 200, headers: HEADERS, body: PAGE.replace('{key}', key) };
}
