import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { RunResult } from '../../bench/run/result.js';
import { processTree } from '../../bench/targets/process-usage.js';
import { CertificateFiles, makeCertificate } from '../support/certificates.js';
import { ChildServer } from '../support/child-server.js';
import { describeWith, REDIS } from '../support/services.js';
import { tempFolder } from '../support/temp-folder.js';

const CLI = fileURLToPath(new URL('../../dist/bench/cli.js', import.meta.url));
const REPORT = fileURLToPath(new URL('../../dist/bench/report/main.js', import.meta.url));
const run = promisify(execFile);

/** Runs a scenario as a user does, small and short. */
async function bench(...args: string[]): Promise<{ result: RunResult; output: string; folder: string }> {
  const folder = tempFolder();
  const small = ['--rounds', '1', '--seconds', '0.2', '--out', folder];
  const { stdout } = await run(process.execPath, [CLI, ...args, ...small]);
  const [file = ''] = readdirSync(folder);
  return {
    result: JSON.parse(readFileSync(join(folder, file), 'utf8')) as RunResult,
    output: stdout,
    folder,
  };
}

/** The local addresses that a port's clients ended from, as the kernel keeps them for a minute. */
function clientsInTimeWait(serverPort: number): string[] {
  const timeWait = '06';
  const remote = `:${serverPort.toString(16).toUpperCase().padStart(4, '0')}`;
  const lines = readFileSync('/proc/net/tcp', 'utf8').split('\n');
  const sockets = lines.map((line) => line.trim().split(/\s+/));
  return sockets
    .filter(([, , address = '', state]) => address.endsWith(remote) && state === timeWait)
    .map(([, local = '']) => local);
}

const CLEAN = { lost: 0, duplicated: 0, reordered: 0, misdelivered: 0 };

/** Processes are started and loaded for real, on a machine that may have others to serve. */
const PATIENCE_MS = 90_000;

describe('npm run bench', { timeout: PATIENCE_MS }, () => {
  it('compares two targets in one run, over two client processes', async () => {
    const args = ['--subscribers', '20', '--bytes', '100', '--burst', '4', '--clients', '2'];
    const { result, output } = await bench('fan-out', ...args, '--vs', 'raw-uws');
    expect(result).toMatchObject({
      format: 1,
      scenario: 'fan-out',
      settings: { rounds: 1, seconds: 0.2, clients: 2 },
    });
    expect(result.targets.map(({ name }) => name)).toEqual(['pregon', 'raw-uws']);
    for (const target of result.cases[0]?.targets ?? []) {
      expect(target).toMatchObject({ audit: CLEAN, faults: {} });
      expect(target.audit?.received).toBeGreaterThan(80);
      expect(target.client.ceiling?.value).toBeGreaterThan(0);
    }
    expect(result.cases[0]?.targets[1]?.metrics[0]?.ratio?.median).toBeGreaterThan(0);
    expect(output).toContain('0 lost, 0 duplicated, 0 reordered, 0 misdelivered');
  });

  it.each([
    ['connect', '--connections', '30'],
    ['notify', '--users', '30', '--clients', '2'],
    ['latency', '--subscribers', '5', '--rates', '50'],
    ['presence', '--members', '5', '--joins', '5'],
    ['client-events', '--pairs', '5'],
    ['reconnect', '--connections', '30'],
    ['slow-readers', '--subscribers', '5', '--slow', '2'],
    [
      'connections',
      '--count',
      '30',
      '--rest',
      '1',
      '--hold',
      '1',
      '--rate',
      '50',
      '--processes',
      '2',
      '--clients',
      '2',
    ],
  ])('%s finds no fault', async (...args) => {
    const { result } = await bench(...args);
    expect(result.cases.length).toBeGreaterThan(0);
    for (const { targets } of result.cases) {
      expect(targets[0]).toMatchObject({ audit: CLEAN, faults: {} });
      expect(targets[0]?.failure).toBeUndefined();
      // A tiny load may take less CPU than the kernel counts.
      expect(targets[0]?.metrics[0]?.median).toBeGreaterThanOrEqual(0);
    }
  });

  describeWith(REDIS, () => {
    it('compares nodes over a Redis of their own with one process', async () => {
      const args = ['--subscribers', '6', '--bytes', '100', '--burst', '2', '--vs', 'pregon-2-nodes'];
      const { result } = await bench('fan-out', ...args);
      const [one, two] = result.cases[0]?.targets ?? [];
      expect(one).toMatchObject({ target: 'pregon', audit: CLEAN, faults: {} });
      expect(two).toMatchObject({ target: 'pregon-2-nodes', audit: CLEAN, faults: {} });
      expect(result.targets[1]?.version).toMatch(/over Redis \d/);
    });

    it('sees that a node hears nothing of what its clients do not want', async () => {
      const { result } = await bench('interest', '--subscribers', '5', '--target', 'pregon-3-nodes');
      const [target] = result.cases[0]?.targets ?? [];
      expect(target).toMatchObject({ audit: CLEAN, faults: {} });
      expect(target?.audit?.received).toBeGreaterThan(0);
      expect(target?.metrics[0]).toMatchObject({
        name: 'messages the last node received',
        median: 0,
        max: 0,
      });
    });

    it('tells what a join costs Redis', async () => {
      const args = ['--members', '4', '--joins', '50', '--kinds', 'new', '--target', 'pregon-2-nodes'];
      const { result } = await bench('presence', ...args);
      const names = result.cases[0]?.targets[0]?.metrics.map(({ name }) => name);
      expect(names).toContain('Redis CPU per join');
      // Each of 4 members was told by both nodes; nobody waited in vain.
      expect(result.cases[0]?.targets[0]?.rounds[0]?.usage.wallSeconds).toBeLessThan(10);
    });
  });

  it('says that one process is no cluster', async () => {
    const { result } = await bench('interest', '--subscribers', '2');
    expect(result.cases[0]?.targets[0]?.failure).toContain('give --target pregon-2-nodes');
  });

  it('loads a server that runs already, by its URL, also over TLS', async () => {
    const files = new CertificateFiles(await makeCertificate('bench'));
    const server = await ChildServer.start('uws', {}, { tls: files.config });
    onTestFinished(() => server.stop());
    const target = `mine=https://app-key:app-secret@127.0.0.1:${server.port}/apps/app-id`;
    const { result } = await bench('notify', '--users', '5', '--burst', '2', '--target', target);
    const [mine] = result.cases[0]?.targets ?? [];
    expect(mine).toMatchObject({ target: 'mine', audit: CLEAN, faults: {} });
    expect(mine?.audit?.received).toBeGreaterThan(0);
    // Its process was found by its port, so its CPU is known.
    expect(mine?.rounds[0]?.usage.serverCpuSeconds).toBeGreaterThan(0);
  });

  it('leaves no port in TIME_WAIT', async () => {
    const server = await ChildServer.start('uws');
    onTestFinished(() => server.stop());
    const target = `mine=http://app-key:app-secret@127.0.0.1:${server.port}/apps/app-id`;
    await bench('notify', '--users', '20', '--burst', '2', '--target', target);
    expect(clientsInTimeWait(server.port)).toEqual([]);
  });

  it('says how a server refuses', async () => {
    const server = await ChildServer.start('uws', { maxConnections: 3 });
    onTestFinished(() => server.stop());
    const target = `http://app-key:app-secret@127.0.0.1:${server.port}/apps/app-id`;
    const { result } = await bench(
      'connect',
      '--connections',
      '5',
      '--subscribe',
      'none',
      '--target',
      target,
    );
    expect(result.cases[0]?.targets[0]?.failure).toMatch(/3 of 5 connections are ready.*4004/);
  });

  it('leaves no process behind when it is stopped', async () => {
    const args = [
      'fan-out',
      '--subscribers',
      '10',
      '--bytes',
      '100',
      '--seconds',
      '60',
      '--out',
      tempFolder(),
    ];
    const child = spawn(process.execPath, [CLI, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
    await once(child.stderr, 'data');
    const started = processTree(child.pid ?? 0).slice(1);
    expect(started.length).toBeGreaterThanOrEqual(2);
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([143, null]);
    await expect
      .poll(() => started.filter((pid) => existsSync(`/proc/${pid}`)), { timeout: 10_000 })
      .toEqual([]);
  });

  it('draws what it wrote', async () => {
    const { result, folder } = await bench('latency', '--subscribers', '2', '--rates', '20');
    const { stdout } = await run(process.execPath, [REPORT, folder]);
    expect(stdout).toContain('2 charts as SVG');
    const page = readFileSync(join(folder, 'report.html'), 'utf8');
    for (const expected of ['<svg', '1→2, 200 B, 20/s', result.machine.node, 'p99.9'])
      expect(page).toContain(expected);
    expect(readdirSync(folder).filter((name) => name.endsWith('.svg'))).toHaveLength(2);
  });

  it('runs signed triggers, which have no subscribers', async () => {
    const { result } = await bench('triggers', '--in-flight', '4');
    expect(result.cases.map(({ settings }) => settings['kind'])).toEqual(['single', 'channels', 'batch']);
    for (const { targets } of result.cases) expect(targets[0]).toMatchObject({ audit: null, faults: {} });
  });

  it('says what cannot be done, and does the rest', async () => {
    const { result } = await bench('client-events', '--pairs', '2', '--vs', 'raw-uws');
    const [pregon, raw] = result.cases[0]?.targets ?? [];
    expect(pregon?.audit?.received).toBeGreaterThan(0);
    expect(raw).toMatchObject({ failure: 'does not speak the protocol', metrics: [] });
  });

  it.each([
    [['fan-out', '--subscribers', 'many'], '--subscribers many: give a whole number of 1 or more'],
    [['fan-out', '--bytes', '10'], '--bytes 10: give a whole number of 39 or more'],
    [['fan-out', '--target', 'sokketi'], "there is no target 'sokketi'"],
    [['fan-out', '--pin', 'all'], '--pin all: give'],
  ])('refuses %j', async (args, message) => {
    await expect(bench(...args)).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining(message) as string,
    });
  });
});
