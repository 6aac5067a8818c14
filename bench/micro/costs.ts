import { median } from './compare.js';
import { Profiler } from './profiler.js';
import type { Target } from './target.js';

/**
 * Says what each target's CPU time goes into, in microseconds for each operation. Done in rounds of its own, since
 * sampling takes time.
 *
 * @param measure the operations per CPU second of one target in one round
 */
export async function showCosts(
  title: string,
  rounds: number,
  targets: readonly Target[],
  measure: (target: Target) => Promise<number>,
): Promise<void> {
  const columns: { readonly name: string; readonly costs: ReadonlyMap<string, number> }[] = [];
  for (const target of targets) {
    const profiler = new Profiler(target.pid);
    const results: number[] = [];
    try {
      for (let round = 0; round < rounds; round++) results.push(await measure({ ...target, profiler }));
    } finally {
      profiler.close();
    }
    columns.push({ name: target.name, costs: share(profiler.samples, 1e6 / median(results)) });
  }
  print(title, columns);
}

/** Shares a total out as samples are. */
function share(samples: ReadonlyMap<string, number>, total: number): Map<string, number> {
  const count = [...samples.values()].reduce((sum, one) => sum + one, 0);
  return new Map([...samples].map(([name, one]) => [name, (one / count) * total]));
}

const WIDTH = 22;

function print(
  title: string,
  columns: readonly { readonly name: string; readonly costs: ReadonlyMap<string, number> }[],
): void {
  console.log(`\n${title}, what the time goes into, microseconds each`);
  const row = (name: string, cells: readonly string[]) => {
    console.log(`  ${name.padEnd(36)}${cells.map((cell) => cell.padStart(WIDTH)).join('')}`);
  };
  row(
    '',
    columns.map(({ name }) => name),
  );
  const names = new Set(columns.flatMap(({ costs }) => [...costs.keys()]));
  for (const name of [...names].sort()) {
    row(
      name,
      columns.map(({ costs }) => (costs.get(name) ?? 0).toFixed(2)),
    );
  }
  row(
    'in all',
    columns.map(({ costs }) => [...costs.values()].reduce((sum, one) => sum + one, 0).toFixed(2)),
  );
}
