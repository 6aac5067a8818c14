/** One sample of a Prometheus text. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const HELP = /^# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$/;
const TYPE = /^# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram|summary)$/;
// Numbers are as Go's ParseFloat takes them, and prom-client writes `Nan`.
const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (Na[Nn]|[+-]Inf|[-+]?[0-9.]+(?:e[-+]?\d+)?)$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/y;

/** Suffixes of the samples of a family, beside its own name. */
const SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  counter: [''],
  gauge: [''],
  histogram: ['_bucket', '_sum', '_count'],
  summary: ['', '_sum', '_count'],
};

/** The samples of a scrape, read as strictly as Prometheus's text format 0.0.4 is written down. */
export class Scrape {
  readonly samples: Sample[] = [];

  constructor(readonly text: string) {
    if (!text.endsWith('\n')) throw new Error('the text does not end with a line feed');
    const families = new Map<string, string>();
    const helped = new Set<string>();
    const known = new Set<string>();
    for (const line of text.split('\n')) {
      const type = TYPE.exec(line);
      const help = HELP.exec(line);
      if (line === '') continue;
      if (help?.[1] !== undefined) {
        if (helped.has(help[1])) throw new Error(`helped twice: ${line}`);
        helped.add(help[1]);
      } else if (type?.[1] !== undefined && type[2] !== undefined) {
        if (families.has(type[1])) throw new Error(`typed twice: ${line}`);
        families.set(type[1], type[2]);
      } else {
        const sample = readSample(line);
        if (!isOfFamily(sample.name, families)) throw new Error(`of no family: ${line}`);
        const identity = `${sample.name} ${JSON.stringify(Object.entries(sample.labels).sort())}`;
        if (known.has(identity)) throw new Error(`there twice: ${line}`);
        known.add(identity);
        this.samples.push(sample);
      }
    }
  }

  /** The value of the one sample with this name and these labels; undefined when there is none. */
  value(name: string, labels: Readonly<Record<string, string>> = {}): number | undefined {
    return this.samples.find(
      (sample) =>
        sample.name === name &&
        Object.keys(sample.labels).length === Object.keys(labels).length &&
        Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
    )?.value;
  }
}

function readSample(line: string): Sample {
  const [, name, labelText = '', value] = SAMPLE.exec(line) ?? [];
  if (name === undefined || value === undefined) throw new Error(`no sample: ${line}`);
  const labels: Record<string, string> = {};
  LABEL.lastIndex = 0;
  while (LABEL.lastIndex < labelText.length) {
    const [, label, text] = LABEL.exec(labelText) ?? [];
    if (label === undefined || text === undefined) throw new Error(`no labels: ${line}`);
    labels[label] = text;
  }
  return { name, labels, value: Number(value.replace('Inf', 'Infinity')) };
}

function isOfFamily(name: string, families: ReadonlyMap<string, string>): boolean {
  for (const [family, type] of families) {
    if ((SUFFIXES[type] ?? []).some((suffix) => family + suffix === name)) return true;
  }
  return false;
}
