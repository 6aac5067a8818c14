import type { Load } from '../run/load.js';
import type { Measurement } from '../run/measurement.js';
import { BenchError } from '../targets/target.js';

/** A kind of load, as the command line offers it. */
export interface Scenario {
  readonly name: string;
  /** What it measures, in one line. */
  readonly summary: string;
  readonly options: readonly ScenarioOption[];
  /** @throws BenchError for a value that does not fit */
  readonly cases: (options: Options) => readonly Case[];
}

export interface ScenarioOption {
  /** Such as `subscribers`. */
  readonly name: string;
  readonly description: string;
  readonly default: string;
}

/** One set of values of a scenario, measured by itself. */
export interface Case {
  readonly label: string;
  readonly settings: Readonly<Record<string, string | number>>;
  /** Connections at a time, which decide how many client processes are needed. */
  readonly connections: number;
  /** The raw reference server can take part too. */
  readonly isForRaw: boolean;
  /** Every round wants a server that has just been started, as when its memory is measured. */
  readonly isFresh?: boolean;
  /** At most this many rounds, where the usual number would take hours. */
  readonly maxRounds?: number;
  /** The first round counts too: there is nothing to warm up, or no time for it. */
  readonly isWithoutWarmup?: boolean;
  /**
   * Makes everything ready on one target.
   *
   * @returns what a round does; rounds of several targets alternate
   */
  readonly prepare: (load: Load) => Promise<() => Promise<Measurement>>;
}

/** The values of a scenario's options, read as its cases need them. */
export class Options {
  constructor(private readonly values: Readonly<Record<string, string>>) {}

  text<Choice extends string>(name: string, choices: readonly Choice[]): Choice {
    const value = this.value(name);
    const found = choices.find((choice) => choice === value);
    if (found === undefined) throw this.fault(name, `one of ${choices.join(', ')}`);
    return found;
  }

  texts<Choice extends string>(name: string, choices: readonly Choice[]): Choice[] {
    return this.value(name)
      .split(',')
      .map((text) => {
        const found = choices.find((choice) => choice === text.trim());
        if (found === undefined) throw this.fault(name, `some of ${choices.join(',')}`);
        return found;
      });
  }

  /** A whole number of at least `least`. */
  number(name: string, least = 1): number {
    return this.parse(name, this.value(name), least);
  }

  /** Whole numbers, separated by commas. */
  numbers(name: string, least = 1): number[] {
    return this.value(name)
      .split(',')
      .map((text) => this.parse(name, text, least));
  }

  /** Numbers or percentages, separated by commas. */
  shares(name: string): (number | { readonly percent: number })[] {
    return this.value(name)
      .split(',')
      .map((text) => {
        const percent = /^(\d+)%$/.exec(text.trim())?.[1];
        return percent === undefined ? this.parse(name, text, 1) : { percent: Number(percent) };
      });
  }

  private parse(name: string, text: string, least: number): number {
    const number = Number(text.trim().replaceAll('_', ''));
    if (!Number.isInteger(number) || number < least || text.trim() === '') {
      throw this.fault(name, `a whole number of ${least} or more`);
    }
    return number;
  }

  private value(name: string): string {
    const value = this.values[name];
    if (value === undefined) throw new BenchError(`there is no option --${name}`);
    return value;
  }

  private fault(name: string, allowed: string): BenchError {
    return new BenchError(`--${name} ${this.value(name)}: give ${allowed}`);
  }
}
