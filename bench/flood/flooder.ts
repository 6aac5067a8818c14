/**
 * A process of clients that write frames without a pause, for so many seconds:
 * `node flooder.js PORT PATH KIND COUNT SECONDS [AGAIN_MS]`. One that was closed comes back after AGAIN_MS, if that is given.
 * At the end it writes one line of JSON: how the connections ended, `{"frames": …, "closed": {"4100": …}}`.
 */
import { connect } from 'node:net';
import { FLOODS, type Flood } from './flood-kinds.js';

const [port = '', path = '', kind = '', count = '1', seconds = '1', againMs] = process.argv.slice(2);
const chunk = Buffer.concat(Array.from({ length: 10_000 }, () => FLOODS[kind as Flood]));
const endsAt = performance.now() + Number(seconds) * 1000;

/** Bytes from the end of what came in which the close frame is looked for. */
const TAIL_BYTES = 8192;

let written = 0;
const closed: Record<string, number> = {};

/** Floods until it is cut off or the time is over. */
async function flood(): Promise<void> {
  // It goes on when the server has ended its side.
  const tcp = connect({ port: Number(port), host: '127.0.0.1', allowHalfOpen: true });
  let tail = Buffer.alloc(0);
  let isUpgraded = false;
  tcp.on('error', () => undefined);
  tcp.write(
    `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
  );
  const write = () => {
    while (performance.now() < endsAt && !tcp.destroyed && tcp.write(chunk)) written += chunk.length;
    if (performance.now() >= endsAt) tcp.destroy();
    else tcp.once('drain', write);
  };
  tcp.on('data', (bytes) => {
    tail = Buffer.concat([tail, bytes]).subarray(-TAIL_BYTES);
    if (isUpgraded || !tail.includes('\r\n\r\n')) return;
    isUpgraded = true;
    write();
  });
  const timer = setTimeout(() => tcp.destroy(), endsAt - performance.now());
  await new Promise((resolve) => tcp.once('close', resolve));
  clearTimeout(timer);
  const code = closeCode(tail) ?? (performance.now() >= endsAt ? 'open' : 'cut off');
  closed[code] = (closed[code] ?? 0) + 1;
}

/** The code of a close frame that is among these bytes; ours are of the range 1000 to 4999. */
function closeCode(bytes: Buffer): string | undefined {
  for (let i = bytes.length - 4; i >= 0; i--) {
    if (bytes[i] !== 0x88) continue;
    const code = bytes.readUInt16BE(i + 2);
    if (code >= 1000 && code < 5000) return String(code);
  }
  return undefined;
}

async function floodOn(): Promise<void> {
  do {
    await flood();
    const pauseMs = Number(againMs ?? 0);
    if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
  } while (againMs !== undefined && performance.now() < endsAt);
}

await Promise.all(Array.from({ length: Number(count) }, floodOn));
const frames = Math.round(written / FLOODS[kind as Flood].length);
process.stdout.write(`${JSON.stringify({ frames, closed })}\n`);
