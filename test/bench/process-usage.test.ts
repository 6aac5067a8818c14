import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  listeningPids,
  parseCpuSeconds,
  parseResidentBytes,
  parseRunSeconds,
  parseWaitSeconds,
  processTree,
  usageOf,
} from '../../bench/targets/process-usage.js';

describe('parseCpuSeconds', () => {
  it('adds user and system time, in ticks', () => {
    const stat = '4242 (node) S 1 4242 4242 0 -1 4194304 5501 0 1 0 250 50 9 9 20 0 11 0 123 1000 200 0';
    expect(parseCpuSeconds(stat)).toBe(3);
  });

  it('is not misled by brackets and blanks in the name of the command', () => {
    const stat =
      '4242 (a) 1 2 (b) ) R 1 4242 4242 0 -1 4194304 5501 0 1 0 100 23 9 9 20 0 11 0 123 1000 200 0';
    expect(parseCpuSeconds(stat)).toBe(1.23);
  });
});

describe('parseRunSeconds', () => {
  it('reads the time on a core', () => {
    expect(parseRunSeconds('1234567890 2500000000 42\n')).toBe(1.23456789);
  });

  it('is 0 where the kernel tells nothing', () => {
    expect(parseRunSeconds('')).toBe(0);
  });
});

describe('parseWaitSeconds', () => {
  it('reads the time in the run queue', () => {
    expect(parseWaitSeconds('123456789 2500000000 42\n')).toBe(2.5);
  });

  it('is 0 where the kernel tells nothing', () => {
    expect(parseWaitSeconds('')).toBe(0);
  });
});

describe('parseResidentBytes', () => {
  it('reads VmRSS', () => {
    expect(parseResidentBytes('Name:\tnode\nVmSize:\t  99999 kB\nVmRSS:\t  1234 kB\nRssAnon:\t 1 kB\n')).toBe(
      1234 * 1024,
    );
  });
});

describe('usageOf', () => {
  it('grows by the CPU time that a process takes', () => {
    const before = usageOf([process.pid]);
    const own = process.cpuUsage();
    while (process.cpuUsage(own).user < 200_000);
    const { user, system } = process.cpuUsage(own);
    const used = usageOf([process.pid]).cpuSeconds - before.cpuSeconds;
    // Other threads run on between the two ways of asking.
    expect(Math.abs(used - (user + system) / 1e6)).toBeLessThan(0.05);
    expect(before.residentBytes).toBeGreaterThan(10_000_000);
  });

  it('counts processes that are gone as nothing', () => {
    expect(usageOf([2 ** 30])).toEqual({ cpuSeconds: 0, waitSeconds: 0, residentBytes: 0 });
  });
});

describe('processTree', () => {
  it('has the process, its children and theirs', async () => {
    const child = spawn('sh', ['-c', 'sleep 60 & echo $!; wait'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [output] = (await once(child.stdout, 'data')) as [Buffer];
    const grandchild = Number(output.toString());
    onTestFinished(() => {
      process.kill(grandchild);
    });
    const tree = processTree(process.pid);
    expect(tree).toEqual(expect.arrayContaining([process.pid, child.pid, grandchild]));
  });
});

describe('listeningPids', () => {
  it('finds who listens on a port, and nobody where nobody does', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    expect(listeningPids(port)).toEqual([process.pid]);
    server.close();
    await once(server, 'close');
    expect(listeningPids(port)).toEqual([]);
  });
});
