/**
 * npm run bench:report -- [folder or files]
 *
 * Makes the comparison page of results: report.html with a chart for each, and each chart as SVG and PNG beside it.
 */
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { RESULT_FORMAT, type RunResult } from '../run/result.js';
import { chartsOf } from './charts.js';
import { comparisonPage } from './page.js';
import { drawPngs, findBrowser } from './png.js';

const DEFAULT_FOLDER = 'bench/results';

async function main(paths: readonly string[]): Promise<void> {
  const [first = DEFAULT_FOLDER] = paths;
  const folder = statSync(first).isDirectory() ? first : dirname(first);
  const files = paths.flatMap((path) => (statSync(path).isDirectory() ? resultsIn(path) : [path]));
  const runs = files.map(readRun).map((run) => ({ run, charts: chartsOf(run) }));
  if (runs.length === 0) throw new Error(`there are no results in ${folder}: run a scenario first`);

  const page = join(folder, 'report.html');
  writeFileSync(page, comparisonPage(runs));
  const charts = runs.flatMap((run) => run.charts);
  for (const { name, svg } of charts) writeFileSync(join(folder, `${name}.svg`), svg);
  console.log(`${page}, ${charts.length} charts as SVG`);

  const browser = findBrowser();
  if (browser === undefined) {
    console.log('no PNG: there is no Chromium here; CHROMIUM_PATH names one elsewhere');
    return;
  }
  await drawPngs(
    browser,
    charts.map(({ name, svg }) => ({ svg, path: join(folder, `${name}.png`) })),
  );
  console.log('and as PNG');
}

function resultsIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => join(folder, name));
}

/** @throws Error when the file is not a result of this version */
function readRun(path: string): RunResult {
  const run = JSON.parse(readFileSync(path, 'utf8')) as Partial<RunResult>;
  if (run.format !== RESULT_FORMAT) {
    throw new Error(`${path} is no result in format ${RESULT_FORMAT}: its format is ${String(run.format)}`);
  }
  return run as RunResult; // Written by this bench, as its format says.
}

const [, , ...given] = process.argv;
try {
  await main(given.length === 0 ? [DEFAULT_FOLDER] : given);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
