import { readFileSync } from 'node:fs';
import type { ChannelPlan } from '../client/channel-plan.js';
import type { SwarmTotals } from '../client/swarm.js';
import { pause } from '../run/pause.js';
import type { Load } from '../run/load.js';
import type { Metric, Usage } from '../run/measurement.js';
import { usageOf } from '../targets/process-usage.js';
import { addResults } from './publish-result.js';
import type { Scenario } from './scenario.js';

const GROUP = 'users';
const NOTICE_BYTES = 200;

/** Connections are opened in so many steps, and after each it is seen whether the machine can bear the next. */
const STEPS = 20;

/** Where the next step would leave less memory than this, the machine has reached its end. */
const SPARE_BYTES = 1024 * 1024 * 1024;

/** How often it is told how the connections fare while they are held. */
const TELL_MS = 10_000;

const SETTLE_MS = 3000;

interface Connections {
  readonly count: number;
  readonly rest: number;
  readonly hold: number;
  readonly rate: number;
  readonly concurrency: number;
}

/** As many connections as the machine can hold, each with a private channel, with notices flowing. */
export const CONNECTIONS: Scenario = {
  name: 'connections',
  summary: 'as many connections as wanted or possible, held while notices flow; memory and CPU',
  options: [
    { name: 'count', description: 'connections, each with a private subscription', default: '10000' },
    { name: 'rest', description: 'seconds without events, before the notices', default: '5' },
    { name: 'hold', description: 'seconds over which notices flow', default: '30' },
    { name: 'rate', description: 'notices per second over all users', default: '1000' },
    { name: 'concurrency', description: 'connections that are being opened at a time', default: '500' },
  ],
  cases: (options) =>
    options.numbers('count').map((count) => {
      const settings = {
        count,
        rest: options.number('rest'),
        hold: options.number('hold'),
        rate: options.number('rate'),
        concurrency: options.number('concurrency'),
      };
      return {
        label: `${count} connections, held ${settings.hold} s, ${settings.rate} notices/s`,
        settings,
        connections: count,
        isForRaw: true,
        isFresh: true,
        maxRounds: 1,
        prepare: (load) => Promise.resolve(() => round(load, settings)),
      };
    }),
};

async function round(load: Load, { count, rest, hold, rate, concurrency }: Connections) {
  const plan: ChannelPlan = { names: ['private-user.{n}'], spread: count };
  const before = machine(load);
  const opening = await load.measure(() => openInSteps(load, plan, count, concurrency));
  const ready = opening.result;
  await pause(SETTLE_MS);
  const after = machine(load);

  await load.preparePublishers(GROUP, plan, NOTICE_BYTES, 4);
  const idle = await load.measure(() => pause(rest * 1000));
  const atRest = machine(load);
  await load.fleet.all('recordLatency', { group: GROUP });
  const ratePerSecond = rate / load.fleet.size;
  const { result, usage } = await load.measure(() =>
    telling(load, () =>
      load.fleet.all('openLoop', { group: GROUP, ratePerSecond, seconds: hold, isExact: false }),
    ),
  );
  await load.settle(GROUP, plan);
  const latency = await load.takeLatency(GROUP);
  const totals = await load.totals(GROUP);
  const { sent, faults } = addResults(result);
  const metrics: Metric[] = [
    { name: 'connections', unit: 'connections', value: totals.open, better: 'higher' },
    ...opened(ready, opening.usage),
    { name: 'server memory', unit: 'B', value: after.server, better: 'lower' },
    {
      name: 'server memory per connection',
      unit: 'B',
      value: (after.server - before.server) / ready,
      better: 'lower',
    },
    {
      name: 'server memory per connection at rest',
      unit: 'B',
      value: (atRest.server - before.server) / ready,
      better: 'lower',
    },
    {
      name: 'client memory per connection',
      unit: 'B',
      value: (after.client - before.client) / ready,
      better: 'neither',
    },
    {
      name: 'kernel memory per connection',
      unit: 'B',
      value: kernelBytes(before, after) / ready,
      better: 'lower',
    },
    { name: 'idle CPU', unit: '% of a core', value: idle.usage.serverBusy * 100, better: 'lower' },
    { name: 'CPU while notices flow', unit: '% of a core', value: usage.serverBusy * 100, better: 'lower' },
    { name: 'p50', unit: 'ms', value: latency.p50, better: 'lower' },
    { name: 'p99', unit: 'ms', value: latency.p99, better: 'lower' },
  ];
  const missing = count - ready;
  return load.measurement('notices', sent, usage, {
    metrics,
    faults: { ...faults, ...(missing > 0 && { 'connections not reached': missing }) },
    latency,
    groups: [GROUP],
  });
}

/** @returns how many are ready: fewer than wanted where the machine or the server came to its end */
async function openInSteps(
  load: Load,
  plan: ChannelPlan,
  count: number,
  concurrency: number,
): Promise<number> {
  let ready = 0;
  let available = availableBytes();
  for (let step = 0; step < STEPS; step++) {
    const part = { from: step / STEPS, to: (step + 1) / STEPS };
    ready += await load.open(GROUP, plan, count, { concurrency, part });
    const left = availableBytes();
    load.tell(`${ready} of ${count} connections, ${megabytes(left)} MB of memory available`);
    const isShort = ready < Math.floor(count * part.to) - load.fleet.size;
    if (isShort || left - Math.max(0, available - left) < SPARE_BYTES) break;
    available = left;
  }
  return ready;
}

/** Tells from time to time how the connections fare while something is done with them. */
async function telling<Result>(load: Load, task: () => Promise<Result>): Promise<Result> {
  const start = performance.now();
  const timer = setInterval(() => {
    const tell = ({ open, received }: SwarmTotals) => {
      const seconds = Math.round((performance.now() - start) / 1000);
      const memory = `${megabytes(availableBytes())} MB of memory available`;
      load.tell(`${open} connections held for ${seconds} s, ${received} notices received, ${memory}`);
    };
    // A client that ended fails the task too.
    load.totals(GROUP).then(tell, () => undefined);
  }, TELL_MS);
  try {
    return await task();
  } finally {
    clearInterval(timer);
  }
}

function opened(ready: number, { serverCpuSeconds, wallSeconds }: Usage): Metric[] {
  const perSecond: Metric = {
    name: 'opened per second',
    unit: 'connections/s',
    value: ready / wallSeconds,
    better: 'higher',
  };
  if (serverCpuSeconds === undefined) return [perSecond];
  return [perSecond, { name: 'opened in', unit: 'CPU s', value: serverCpuSeconds, better: 'lower' }];
}

interface MachineMemory {
  readonly server: number;
  readonly client: number;
  readonly available: number;
}

function machine(load: Load): MachineMemory {
  return {
    server: load.serverBytes() ?? 0,
    client: usageOf(load.fleet.pids()).residentBytes,
    available: availableBytes(),
  };
}

/** What neither the server's nor the clients' memory explains: both ends of each connection in the kernel. */
function kernelBytes(before: MachineMemory, after: MachineMemory): number {
  const used = before.available - after.available;
  return Math.max(0, used - (after.server - before.server) - (after.client - before.client));
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1e6);
}

function availableBytes(): number {
  return Number(/^MemAvailable:\s+(\d+) kB$/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1] ?? 0) * 1024;
}
