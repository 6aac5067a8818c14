/**
 * What others feel beside clients that flood: percentiles of `/up`, of a trigger and of its delivery, beside 0, 1 and 20 of
 * them, for each kind of frame. `npm run bench:flood -- [--transport uws|ws] [--kinds binary,subscribe] [--seconds 3]
 * [--again-ms 1000]`: a flooder that is closed comes back after a while, or at once with 0.
 */
import { once } from 'node:events';
import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { WebSocket } from 'ws';
import { signedTarget, signingKey } from '../client/signing.js';
import { pregon } from '../targets/pregon.js';
import { endProcess, spawnNode } from '../targets/spawn-node.js';
import { BENCH_APP } from '../targets/start-node-server.js';
import { FLOODS } from './flood-kinds.js';

const FLOODER = fileURLToPath(new URL('./flooder.js', import.meta.url));
const PATH = `/app/${BENCH_APP.key}?protocol=7`;
const EVENTS = `/apps/${BENCH_APP.id}/events`;
/** Between two probes. */
const PROBE_MS = 10;

const { values } = parseArgs({
  options: {
    transport: { type: 'string', default: 'uws' },
    kinds: { type: 'string', default: Object.keys(FLOODS).join(',') },
    counts: { type: 'string', default: '0,1,20' },
    seconds: { type: 'string', default: '3' },
    'again-ms': { type: 'string', default: '1000' },
    cpu: { type: 'string' },
  },
});

/** Asks for `/up`, triggers and waits for the delivery, in turn, until it is stopped. */
class Witness {
  readonly times: Record<'up' | 'trigger' | 'delivery', number[]> = { up: [], trigger: [], delivery: [] };
  private readonly key = signingKey(BENCH_APP);
  private delivered: () => void = () => undefined;
  private isOver = false;

  constructor(
    private readonly base: string,
    private readonly socket: WebSocket,
  ) {
    socket.on('message', (data: Buffer) => {
      if (data.includes('"probe"')) this.delivered();
    });
  }

  async run(): Promise<void> {
    while (this.goesOn()) {
      const start = performance.now();
      await (await fetch(`${this.base}/up`)).text();
      const triggeredAt = performance.now();
      this.times.up.push(triggeredAt - start);
      const delivery = new Promise<void>((resolve) => (this.delivered = resolve));
      const body = JSON.stringify({ name: 'probe', channel: 'witness', data: 'x' });
      const headers = { 'Content-Type': 'application/json' };
      const target = signedTarget(this.key, EVENTS, body);
      await (await fetch(this.base + target, { method: 'POST', headers, body })).text();
      this.times.trigger.push(performance.now() - triggeredAt);
      if (this.goesOn()) await delivery;
      if (this.goesOn()) this.times.delivery.push(performance.now() - triggeredAt);
      await new Promise((resolve) => setTimeout(resolve, PROBE_MS));
    }
  }

  private goesOn(): boolean {
    return !this.isOver;
  }

  stop(): void {
    this.isOver = true;
    this.socket.removeAllListeners('message');
    this.delivered();
  }
}

function percentiles(times: readonly number[]): string {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
  return `${at(0.5).toFixed(1)} / ${at(0.99).toFixed(1)} / ${at(1).toFixed(1)}`;
}

async function measure(port: number, kind: string, count: number): Promise<void> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${PATH}`);
  await once(socket, 'message');
  socket.send(JSON.stringify({ event: 'pusher:subscribe', data: { channel: 'witness' } }));
  await once(socket, 'message');
  const witness = new Witness(`http://127.0.0.1:${port}`, socket);
  const running = witness.run();
  const args = [FLOODER, String(port), PATH, kind, String(count), values.seconds, values['again-ms']];
  const flooder = spawnNode({ args, stdio: ['ignore', 'pipe', 'inherit'] });
  let report = '';
  flooder.stdout?.on('data', (text: Buffer) => (report += text.toString()));
  await once(flooder, 'exit');
  witness.stop();
  await running;
  await endProcess(flooder);
  socket.terminate();
  const { up, trigger, delivery } = witness.times;
  const columns = [kind, count, up.length, ...[up, trigger, delivery].map(percentiles), report.trim()];
  process.stdout.write(`| ${columns.join(' | ')} |\n`);
}

const transport = values.transport === 'ws' ? 'ws' : 'uws';
const target = await pregon(transport, '?PREGON_APP_MAX_MESSAGES_PER_SECOND=1000').start({
  cpus: values.cpu,
  workers: undefined,
  processes: 1,
});
try {
  const port = target.endpoints[0]?.api.port ?? 0;
  process.stdout.write(`${transport}; load of the machine ${loadavg()[0]?.toFixed(1) ?? '?'}\n`);
  process.stdout.write(
    '| flood | clients | probes | /up ms p50 / p99 / max | trigger | delivery | flooders |\n',
  );
  process.stdout.write('|---|---|---|---|---|---|---|\n');
  for (const kind of values.kinds.split(',')) {
    for (const count of values.counts.split(',')) await measure(port, kind, Number(count));
  }
} finally {
  await target.stop();
}
