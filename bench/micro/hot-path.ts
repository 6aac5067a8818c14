/**
 * The hot path beside the bare library, in one run: fan-out, signed triggers, memory. Each figure is per CPU second of
 * the server process, read from /proc, so that a slow client does not count; targets alternate, medians are shown.
 *
 * npm run bench:micro [-- rounds]
 */
import { openMany, openRaw, openSubscribed, postBytes, Poster, signedPath, type Subscriber } from './load.js';
import { startPregon, startRaw, type Target } from './target.js';

const ROUNDS = Number(process.argv[2] ?? 5);
const SUBSCRIBERS = 1000;
const TRIGGERS_PER_ROUND = 30_000;
const IDLE_CONNECTIONS = 10_000;

const DATA = JSON.stringify({ amount: '50.00', text: 'x'.repeat(110) });
const EVENT = JSON.stringify({ name: 'payment.received', channel: 'news', data: DATA });
const FRAME = `{"event":"payment.received","channel":"news","data":${JSON.stringify(DATA)}}`;

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

/** CPU seconds that a task takes of the target. */
async function cpuOf(target: Target, task: () => Promise<void>): Promise<number> {
  const before = target.cpuSeconds();
  await task();
  return target.cpuSeconds() - before;
}

/** Waits until all subscribers have as many bytes as were sent to them. */
async function untilReceived(subscribers: readonly Subscriber[], bytes: number): Promise<void> {
  while (subscribers.some(({ received }) => received < bytes)) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

interface FanOut {
  readonly target: Target;
  readonly request: Buffer;
  readonly subscribers: Subscriber[];
  /** Bytes that each subscriber was sent. */
  sentBytes: number;
}

async function prepareFanOut(target: Target, isRaw: boolean): Promise<FanOut> {
  const subscribers = await openMany(SUBSCRIBERS, () =>
    isRaw ? openRaw(target.port) : openSubscribed(target.port, 'news'),
  );
  const request = isRaw ? postBytes('/publish', FRAME) : postBytes(signedPath(EVENT), EVENT);
  return { target, request, subscribers, sentBytes: 0 };
}

/** Deliveries per CPU second. */
async function fanOut(run: FanOut, inFlight: number, events: number): Promise<number> {
  const frameBytes = FRAME.length + (FRAME.length < 126 ? 2 : 4);
  const poster = await Poster.open(run.target.port, run.request, inFlight);
  run.sentBytes += frameBytes;
  await untilReceived(run.subscribers, run.sentBytes);
  const cpu = await cpuOf(run.target, async () => {
    for (let sent = 0; sent < events; sent += inFlight) {
      await poster.post(inFlight);
      run.sentBytes += inFlight * frameBytes;
      await untilReceived(run.subscribers, run.sentBytes);
    }
  });
  poster.close();
  return (events * SUBSCRIBERS) / cpu;
}

async function benchFanOut(inFlight: number, events: number): Promise<void> {
  const targets = [await startRaw(), await startPregon('uws'), await startPregon('ws')];
  const runs = await Promise.all(targets.map((target, i) => prepareFanOut(target, i === 0)));
  const results = runs.map((): number[] => []);
  for (const run of runs) await fanOut(run, inFlight, events / 4);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, run] of runs.entries()) results[i]?.push(await fanOut(run, inFlight, events));
  }
  report(`fan-out 1→${SUBSCRIBERS}, ${inFlight} at once, deliveries per CPU second`, targets, results);
  await Promise.all(targets.map((target) => target.stop()));
}

async function benchTriggers(): Promise<void> {
  const targets = [await startRaw(), await startPregon('uws'), await startPregon('ws')];
  const results = targets.map((): number[] => []);
  for (let round = -1; round < ROUNDS; round++) {
    for (const [i, target] of targets.entries()) {
      const path = signedPath(EVENT);
      const request = postBytes(i === 0 ? path.replace('/apps/app-id/events', '/hash') : path, EVENT);
      // Opened anew each time: servers close what is idle while the others are measured.
      const poster = await Poster.open(target.port, request, 16);
      const cpu = await cpuOf(target, () => poster.post(TRIGGERS_PER_ROUND));
      poster.close();
      // The first round warms up.
      if (round >= 0) results[i]?.push(TRIGGERS_PER_ROUND / cpu);
    }
  }
  report('signed triggers with MD5 and HMAC, per CPU second', targets, results);
  await Promise.all(targets.map((target) => target.stop()));
}

/** Memory of the server for each idle connection with one private subscription of its own. */
async function benchMemory(): Promise<void> {
  for (const start of [startRaw, () => startPregon('uws'), () => startPregon('ws')]) {
    const target = await start();
    let user = 0;
    const openOne = () =>
      target.name === 'raw uWS'
        ? openRaw(target.port)
        : openSubscribed(target.port, `private-user.${user++}`);
    // Whatever the first connections load is not theirs.
    await openMany(500, openOne);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const before = target.residentBytes();
    await openMany(IDLE_CONNECTIONS, openOne);
    await new Promise((resolve) => setTimeout(resolve, 3000));
    const each = (target.residentBytes() - before) / IDLE_CONNECTIONS;
    console.log(`memory per idle connection, ${target.name}: ${Math.round(each)} bytes`);
    await target.stop();
  }
}

function report(title: string, targets: readonly Target[], results: readonly (readonly number[])[]): void {
  const base = median(results[0] ?? []);
  console.log(`\n${title}`);
  for (const [i, { name }] of targets.entries()) {
    const value = median(results[i] ?? []);
    const ratio = (value / base).toFixed(2);
    const spread = `${Math.round(Math.min(...(results[i] ?? [])))}…${Math.round(Math.max(...(results[i] ?? [])))}`;
    console.log(
      `  ${name.padEnd(12)} ${String(Math.round(value)).padStart(10)}   ${ratio} of raw   (${spread})`,
    );
  }
}

await benchTriggers();
await benchFanOut(16, 1600);
await benchFanOut(1, 300);
await benchMemory();
process.exit(0);
