/**
 * npm run bench -- <scenario> [options]
 *
 * Loads servers that speak the Pusher Channels protocol, prints what they did and writes it to a file.
 */
import { cpus } from 'node:os';
import { Command, InvalidArgumentError } from 'commander';
import { caseTable } from './run/table.js';
import { machineInfo } from './run/machine.js';
import { Progress } from './run/progress.js';
import { RESULT_FORMAT, writeResult, type CaseResult, type RunResult } from './run/result.js';
import { runCase, type RunOptions } from './run/run-scenario.js';
import { SCENARIOS } from './scenarios/index.js';
import { Options, type Scenario } from './scenarios/scenario.js';
import { findTarget, STARTED_TARGETS } from './targets/find-target.js';
import { BenchError } from './targets/target.js';

interface CommonOptions {
  readonly target: string;
  readonly vs?: string[];
  readonly rounds: number;
  readonly seconds: number;
  readonly clients: number;
  readonly pin?: string | true;
  readonly workers?: number;
  readonly processes: number;
  readonly out: string;
}

const DEFAULT_FOLDER = 'bench/results';

async function main(argv: readonly string[]): Promise<void> {
  const program = new Command('bench').description(
    'Load tests for any server that speaks the Pusher Channels protocol',
  );
  const targets = [...STARTED_TARGETS.map(({ name }) => name), 'pregon-2-nodes'].join(', ');
  for (const scenario of SCENARIOS) {
    const command = program.command(scenario.name).description(scenario.summary);
    for (const option of scenario.options) {
      command.option(`--${option.name} <value>`, option.description, option.default);
    }
    command
      .option(
        '--target <target>',
        `what is measured: ${targets}, or http://KEY:SECRET@HOST:PORT/apps/ID`,
        'pregon',
      )
      .option('--vs <targets...>', 'what it is compared with, in the same run')
      .option('--rounds <number>', 'rounds that count, after one that warms up', parseCount, 5)
      .option('--seconds <number>', 'how long a round lasts', parseSeconds, 2)
      .option(
        '--clients <number>',
        'load client processes; more where their descriptors would not do',
        parseCount,
        Math.max(1, cpus().length - 1),
      )
      .option(
        '--pin [cores]',
        'the server on one core and the clients on the others, or on cores such as 0:1-3',
      )
      .option('--workers <number>', 'worker processes of pregon behind one port', parseCount)
      .option(
        '--processes <number>',
        'servers on ports of their own, for more connections than one may hold',
        parseCount,
        1,
      )
      .option('--out <folder>', 'where the results go', DEFAULT_FOLDER)
      .action((options: CommonOptions & Record<string, string>) => run(scenario, options));
  }
  await program.parseAsync(argv);
}

async function run(scenario: Scenario, options: CommonOptions & Record<string, string>): Promise<void> {
  const specs = [options.target, ...(options.vs ?? [])].flatMap((text) => text.split(',')).map(findTarget);
  const values = scenario.options.map(({ name }) => [name, options[camelCase(name)] ?? ''] as const);
  const cases = scenario.cases(new Options(Object.fromEntries(values)));
  const { serverCpus, clientCpus } = parsePin(options.pin);
  const progress = new Progress();
  const runOptions: RunOptions = {
    rounds: options.rounds,
    seconds: options.seconds,
    clients: options.clients,
    serverCpus,
    clientCpus,
    workers: options.workers,
    processes: options.processes,
    tell: (text) => {
      progress.show(text);
    },
  };

  const startedAt = new Date().toISOString();
  const results: CaseResult[] = [];
  const versions = new Map<string, string>();
  for (const scenarioCase of cases) {
    const outcome = await runCase(scenarioCase, specs, runOptions);
    progress.clear();
    console.log(caseTable(outcome.result));
    results.push(outcome.result);
    for (const [name, version] of outcome.versions) versions.set(name, version);
  }
  const result: RunResult = {
    format: RESULT_FORMAT,
    scenario: scenario.name,
    startedAt,
    machine: machineInfo(),
    settings: {
      rounds: options.rounds,
      seconds: options.seconds,
      clients: options.clients,
      pinned: serverCpus === undefined ? 'no' : `server ${serverCpus}, clients ${clientCpus ?? 'anywhere'}`,
      workers: options.workers ?? null,
      processes: options.processes,
    },
    targets: specs.map(({ name }) => ({ name, version: versions.get(name) ?? 'unknown' })),
    cases: results,
  };
  console.log(`\n${writeResult(options.out, result)}`);
}

/** `0:1-3` is server:clients; without a value the server has the first core and the clients the others. */
function parsePin(pin: string | true | undefined): {
  serverCpus: string | undefined;
  clientCpus: string | undefined;
} {
  if (pin === undefined) return { serverCpus: undefined, clientCpus: undefined };
  const last = cpus().length - 1;
  const text = pin === true ? (last === 0 ? '0:0' : `0:1-${last}`) : pin;
  const [, serverCpus, clientCpus] = /^([\d,-]+):([\d,-]+)$/.exec(text) ?? [];
  if (serverCpus === undefined || clientCpus === undefined) {
    throw new BenchError(`--pin ${text}: give the server's cores and the clients', such as 0:1-3`);
  }
  return { serverCpus, clientCpus };
}

function camelCase(name: string): string {
  return name.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

function parseCount(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('It must be a whole number of 1 or more.');
  return Number(text);
}

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (!(seconds > 0)) throw new InvalidArgumentError('It must be a number above 0.');
  return seconds;
}

// Ending by a signal skips what is done at exit, which is to end the servers and clients.
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  process.once(signal, () => process.exit(code));
}

try {
  await main(process.argv);
} catch (error) {
  console.error(error instanceof BenchError ? error.message : error);
  process.exit(1);
}
