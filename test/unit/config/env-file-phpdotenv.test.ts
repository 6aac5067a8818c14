import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { parseEnvFile } from '../../../src/config/env-file.js';

interface EnvText {
  readonly text: string;
  readonly environment: Record<string, string>;
}

/** The values of a file, names in order; null where it was refused. */
type Reading = Record<string, string> | null;

/** Reads each text as Laravel does: into an immutable repository that holds the environment already. */
const PHP_SCRIPT = `<?php
require __DIR__ . '/vendor/autoload.php';
use Dotenv\\Exception\\InvalidFileException;
use Dotenv\\Loader\\Loader;
use Dotenv\\Parser\\Parser;
use Dotenv\\Repository\\Adapter\\ArrayAdapter;
use Dotenv\\Repository\\RepositoryBuilder;
$readings = [];
foreach (json_decode(stream_get_contents(STDIN), true, 512, JSON_THROW_ON_ERROR) as $case) {
    $adapter = ArrayAdapter::create()->get();
    foreach ($case['environment'] as $name => $value) $adapter->write((string) $name, $value);
    $repository = RepositoryBuilder::createWithNoAdapters()->addAdapter($adapter)->immutable()->make();
    try {
        $values = (new Loader())->load($repository, (new Parser())->parse($case['text']));
        $readings[] = (object) array_filter($values, fn ($value) => $value !== null);
    } catch (InvalidFileException) {
        $readings[] = null;
    }
}
echo json_encode($readings, JSON_THROW_ON_ERROR);
`;

/** The folder phpdotenv was installed into, or why it was not. */
function installPhpdotenv(): { readonly folder: string } | { readonly problem: string } {
  const missing = ['php', 'composer'].filter((name) => spawnSync(name, ['--version']).status !== 0);
  if (missing.length > 0) {
    return { problem: `${missing.join(' and ')} not found; install the packages php-cli and composer` };
  }
  const folder = mkdtempSync(join(tmpdir(), 'pregon-phpdotenv-'));
  writeFileSync(
    join(folder, 'composer.json'),
    JSON.stringify({ require: { 'vlucas/phpdotenv': '^5.8' }, config: { lock: false } }),
  );
  writeFileSync(join(folder, 'read.php'), PHP_SCRIPT);
  const { status, stderr } = spawnSync('composer', ['update', '--no-interaction', '--no-progress'], {
    cwd: folder,
    encoding: 'utf8',
  });
  if (status === 0) return { folder };
  rmSync(folder, { recursive: true });
  return {
    problem: `composer could not install vlucas/phpdotenv, which it needs the network for: ${stderr}`,
  };
}

const phpdotenv = installPhpdotenv();
const problem = 'problem' in phpdotenv ? phpdotenv.problem : undefined;
if (problem !== undefined && process.env['CI'] === 'true') throw new Error(problem);

function readWithPhp(cases: readonly EnvText[]): Reading[] {
  if ('problem' in phpdotenv) throw new Error(phpdotenv.problem);
  const output = execFileSync('php', ['read.php'], {
    cwd: phpdotenv.folder,
    input: JSON.stringify(cases),
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  return JSON.parse(output) as Reading[];
}

/** Ours; names that the environment has are left out, since it wins over the file anyway. */
function readHere({ text, environment }: EnvText): Reading {
  try {
    const values = Object.entries(parseEnvFile(text, environment));
    return Object.fromEntries(values.filter(([name]) => !Object.hasOwn(environment, name)));
  } catch {
    return null;
  }
}

function expectSameReadings(cases: readonly EnvText[]): void {
  const theirs = readWithPhp(cases);
  const different = cases
    .map((input, i) => ({ input, here: readHere(input), phpdotenv: theirs[i] }))
    .filter(({ here, phpdotenv: there }) => JSON.stringify(sorted(here)) !== JSON.stringify(sorted(there)));
  expect(different.slice(0, 5).map((difference) => JSON.stringify(difference))).toStrictEqual([]);
}

function sorted(reading: Reading | undefined): unknown {
  return reading === null || reading === undefined ? null : Object.entries(reading).sort();
}

const CORPUS = [
  '',
  '\n\n',
  'A=1',
  ' A = 1 ',
  'A=1\r\nB=2\rC=3',
  '# comment\nA=1',
  'A=1 # comment',
  'A=1#comment',
  'A=#comment',
  'A="1"#comment',
  "A='1' # comment",
  'A="# no comment"',
  'A=',
  'A=""',
  'A=" "',
  "A=''",
  'A',
  'A=1\nA',
  'A=1\nA=2',
  '=1',
  ' = 1',
  'export A=1',
  'export AB=1',
  'export\tABC=1',
  'export=1',
  'exportA=1',
  '"A"=1',
  "'A'=1",
  `"A'=1`,
  'A B=1',
  'A-B=1',
  'A.B=1',
  '1=1',
  'Ä=1',
  'ß=1',
  '数=1',
  'A=one two',
  'A="one" two',
  'A="one"two',
  'A="one""two"',
  'A=one"two"',
  `A=it's`,
  `A='it"s'`,
  `A='it\\'s'`,
  'A=C:\\path\\new',
  'A="C:\\\\path"',
  'A="C:\\path"',
  'A="a\\nb\\rc\\td\\fe\\vf"',
  'A="\\"quoted\\""',
  'A="\\$B"',
  'A="\\',
  'A="\\"',
  'A="one\ntwo"',
  'A="one\r\ntwo"',
  'A="one\n\n# two\n"',
  'A="one\ntwo',
  `A='one\ntwo'`,
  'A="one\nB="two"\nC=3',
  'A="\n"\nB=1',
  'A= "one\ntwo"',
  '# A="one\nB=2',
  'A=1 # B="one\nC=2',
  'A="one" # "two\nB=1',
  'A="one\\"\ntwo"\nB=1',
  'A=1\nB=${A}',
  'B=${A}\nA=1',
  'A=1\nB="${A}${A}"',
  `A=1\nB='\${A}'`,
  'A=1\nB="\\${A}"',
  'A=1\nB=$A',
  'A=1\nB=${ A }',
  'A=1\nB=${A',
  'A=1\nB=$${A}',
  'A=\nB=${A}x',
  'A=1\nA1=2\nC=${A${A}}',
  'A=1\nA1=2\nC="${A${A}} \\${A}"',
  'A=${A}',
  `A='\${B}'\nB=1\nC=\${A}`,
  'A=a$b$$c',
  'A=p@ss!w%rd&*()[]{}<>?/|~`^',
  'A=žluťoučký',
  'A="日本語 \\n ${B}"',
  'A=\u00a0x',
  'A=a\u00a0b',
  'A=a\tb',
  'A=a\t',
  'A=a\fb',
  'A=null\nB=(true)\nC=empty',
  'BASE64=base64:AbC+/dEf==',
  'JSON={"a":1}',
  'JSON={"a": 1}',
  `JSON='{"a": "b"}'`,
  'URL=https://user:pass@host:8080/path?x=1&y=2#frag',
] as const;

const corpus: EnvText[] = CORPUS.map((text) => ({ text, environment: {} }));
const nested = 'A=1\nB=${A}${C}\nD="${B}"\nC=3';
corpus.push({ text: nested, environment: { A: 'outer' } }, { text: nested, environment: { B: 'b', C: 'c' } });

/** Texts out of the pieces that matter to the grammar. */
const piece = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('A', 'BC', 'n', 'x1', '.', '_', 'é', '世') },
  {
    weight: 4,
    arbitrary: fc.constantFrom('=', '="', '"', "'", '\\', '#', '$', '${', '}', '${BC}', '\\"', '\\\\', '\\n'),
  },
  { weight: 2, arbitrary: fc.constantFrom('\n', '\nBC=', '\nDE="', '\nexport FG=', '\r\n', ' ', '\t') },
);
const texts = fc.array(piece, { maxLength: 14 }).map((pieces) => `BC=v\nQ${pieces.join('')}`);

describe.skipIf(problem !== undefined)(
  `parseEnvFile, compared with phpdotenv${problem === undefined ? '' : ` (skipped: ${problem})`}`,
  () => {
    afterAll(() => {
      if ('folder' in phpdotenv) rmSync(phpdotenv.folder, { recursive: true });
    });

    it('reads what it reads, and refuses what it refuses', () => {
      expectSameReadings(corpus);
    });

    it('agrees on texts made up of what matters to the grammar', () => {
      const samples = fc.sample(texts, { numRuns: 5000, seed: 20_240_601 });
      expectSameReadings(samples.map((text) => ({ text, environment: {} })));
    });
  },
);
