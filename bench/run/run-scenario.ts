import { Fleet } from '../client/fleet.js';
import { descriptorLimit } from '../targets/spawn-node.js';
import { BenchError, type StartOptions, type Target, type TargetSpec } from '../targets/target.js';
import type { Case } from '../scenarios/scenario.js';
import { Load } from './load.js';
import type { Measurement } from './measurement.js';
import { failedResult, summarizeRounds } from './summarize-rounds.js';
import type { CaseResult } from './result.js';

/** How a run is to be carried out. */
export interface RunOptions {
  readonly rounds: number;
  readonly seconds: number;
  /** Client processes; more are started where their descriptors would not do. */
  readonly clients: number;
  readonly serverCpus: string | undefined;
  readonly clientCpus: string | undefined;
  readonly workers: number | undefined;
  readonly processes: number;
  /** What goes on, for whoever waits. */
  readonly tell: (progress: string) => void;
}

/** Descriptors that a process needs for itself. */
const OWN_DESCRIPTORS = 400;

type Round = () => Promise<Measurement>;

/** A target in a case. */
interface Contender {
  readonly spec: TargetSpec;
  readonly rounds: Measurement[];
  version: string;
  failure: string | undefined;
  /** What runs now, and has to be ended. */
  session: Session | undefined;
}

interface Session {
  readonly target: Target;
  readonly fleet: Fleet;
  readonly round: Round;
}

export interface CaseOutcome {
  readonly result: CaseResult;
  /** The version of each target, as far as it started. */
  readonly versions: ReadonlyMap<string, string>;
}

/**
 * Measures one case on every target. Their rounds alternate, so that what disturbs the machine disturbs all of them.
 *
 * A target that cannot do the case is reported as such, and the others go on.
 */
export async function runCase(
  scenarioCase: Case,
  specs: readonly TargetSpec[],
  options: RunOptions,
): Promise<CaseOutcome> {
  const contenders = specs.map((spec): Contender => ({
    spec,
    rounds: [],
    version: 'unknown',
    failure: scenarioCase.isForRaw || !spec.isRaw ? undefined : 'does not speak the protocol',
    session: undefined,
  }));
  const rounds = Math.min(options.rounds, scenarioCase.maxRounds ?? Infinity);
  const isWarm = scenarioCase.isWithoutWarmup === true || scenarioCase.isFresh === true;
  try {
    for (let round = isWarm ? 1 : 0; round <= rounds; round++) {
      for (const contender of inTurn(contenders, round)) {
        if (contender.failure !== undefined) continue;
        await runRound(scenarioCase, contender, round, options);
      }
    }
  } finally {
    await Promise.all(contenders.map(endSession));
  }
  return outcome(scenarioCase, contenders);
}

/** Who was first in one round is last in the next. */
function inTurn(contenders: readonly Contender[], round: number): readonly Contender[] {
  return round % 2 === 0 ? contenders : [...contenders].reverse();
}

/** @param round 0 is the one that warms up and does not count */
async function runRound(
  scenarioCase: Case,
  contender: Contender,
  round: number,
  options: RunOptions,
): Promise<void> {
  const { spec } = contender;
  try {
    contender.session ??= await startSession(scenarioCase, contender, options);
    options.tell(`${scenarioCase.label}: ${spec.name}, ${round === 0 ? 'warm-up' : `round ${round}`}`);
    const measurement = await contender.session.round();
    if (round > 0) contender.rounds.push(measurement);
    if (scenarioCase.isFresh === true) await endSession(contender);
  } catch (error) {
    if (!(error instanceof BenchError)) throw error;
    contender.failure = error.message;
    await endSession(contender);
  }
}

async function startSession(scenarioCase: Case, contender: Contender, options: RunOptions): Promise<Session> {
  const { serverCpus, clientCpus, workers, processes, seconds, tell } = options;
  const capacity = descriptorLimit() - OWN_DESCRIPTORS;
  const start: StartOptions = { cpus: serverCpus, workers, processes };
  const target = await contender.spec.start(start);
  contender.version = target.version;
  const { cluster } = target;
  // One client at least for each node.
  const fleetSize = Math.max(
    options.clients,
    cluster?.nodes.length ?? 1,
    Math.ceil(scenarioCase.connections / capacity),
  );
  const servers = cluster?.nodes.length ?? target.pids().length;
  if (servers > 0 && scenarioCase.connections > capacity * servers) {
    await target.stop();
    const needed = Math.ceil(scenarioCase.connections / capacity);
    throw new BenchError(
      `${scenarioCase.connections} connections need ${needed} server processes, since one may hold ${capacity}: give --workers ${needed} or --processes ${needed}`,
    );
  }
  const fleet = await Fleet.start(fleetSize, clientCpus);
  try {
    const round = await scenarioCase.prepare(new Load(target, fleet, seconds, tell));
    return { target, fleet, round };
  } catch (error) {
    await Promise.all([fleet.close(), target.stop()]);
    throw error;
  }
}

async function endSession(contender: Contender): Promise<void> {
  const { session } = contender;
  contender.session = undefined;
  if (session === undefined) return;
  await session.fleet.close();
  await session.target.stop();
}

function outcome({ label, settings }: Case, contenders: readonly Contender[]): CaseOutcome {
  const base = contenders[0]?.rounds ?? [];
  const targets = contenders.map(({ spec, rounds, failure }, i) => {
    if (rounds.length === 0) return failedResult(spec.name, failure ?? 'no round was run');
    const result = summarizeRounds(spec.name, rounds, i === 0 ? undefined : base);
    return failure === undefined ? result : { ...result, failure };
  });
  return {
    result: { label, settings, targets },
    versions: new Map(contenders.map(({ spec, version }) => [spec.name, version])),
  };
}
