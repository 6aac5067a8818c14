import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { CATALOGUE, checkPayload } from '../../../../protocol/events/index.js';
import { typeName } from '../../../../protocol/events/generate/names.js';
import { dartCommand, DART, describeWith } from '../../../support/services.js';
import { tempFolder } from '../../../support/temp-folder.js';

const LIBRARY = new URL('../../../../protocol/events/generated/dart/events.dart', import.meta.url).pathname;

/** Decodes each input, and prints the class it became, its JSON and its problem. */
const SCRIPT = `
import 'dart:convert';
import 'dart:io';
import '${LIBRARY}';

void main() {
  final inputs = jsonDecode(stdin.readLineSync()!) as List;
  print(jsonEncode([
    for (final [name as String, data] in inputs.cast<List>())
      switch (BusinessEvent.decode(name, data)) {
        UnknownEvent() => {'type': 'UnknownEvent'},
        MalformedEvent(:final problem) => {'type': 'MalformedEvent', 'problem': problem},
        StatsUpdated(:final stats) && final event => {'type': 'StatsUpdated', 'json': event.toJson(), 'keys': stats.length},
        final event => {'type': event.runtimeType.toString(), 'json': event.toJson()},
      }
  ]));
}
`;

interface Decoded {
  readonly type: string;
  readonly json?: Record<string, unknown>;
  readonly problem?: string;
  readonly keys?: number;
}

function decode(...inputs: (readonly [name: string, data: unknown])[]): Decoded[] {
  const script = join(tempFolder(), 'decode.dart');
  writeFileSync(script, SCRIPT);
  const { stdout, stderr } = spawnSync(dartCommand()!, [script], {
    encoding: 'utf8',
    input: `${JSON.stringify(inputs)}\n`,
  });
  expect(stderr).toBe('');
  return JSON.parse(stdout) as Decoded[];
}

describeWith(DART, () => {
  // Each starts a virtual machine that compiles the library first; where it is emulated, that takes most of a minute.
  vi.setConfig({ testTimeout: 300_000 });

  const current = CATALOGUE.filter(({ status }) => status !== 'deprecated');

  it('reads every example, as text and as a map, and writes it valid again', () => {
    const examples = current.flatMap((event) => event.examples.map((example) => ({ event, example })));
    const decoded = decode(
      ...examples.map(({ event, example }) => [event.name, JSON.stringify(example)] as const),
      ...examples.map(({ event, example }) => [event.name, example] as const),
    );
    for (const [i, { event }] of [...examples, ...examples].entries()) {
      const { type, json, problem } = decoded[i]!;
      expect(problem, event.name).toBeUndefined();
      expect(type).not.toBe('UnknownEvent');
      expect(checkPayload(event, json), event.name).toStrictEqual([]);
    }
    const single = current.filter(({ examples: [, second] }) => second === undefined);
    for (const event of single) {
      expect(decoded[examples.findIndex((each) => each.event === event)]?.type).toBe(typeName(event));
    }
  });

  it('tells the forms of a payload apart', () => {
    const forms = ['payment.received', 'credit.requires.attention', 'credit.waiting.list.update'].flatMap(
      (name) =>
        CATALOGUE.find((event) => event.name === name)!.examples.map((example) => [name, example] as const),
    );
    expect(decode(...forms).map(({ type }) => type)).toStrictEqual([
      'PaymentReceived',
      'PaymentReceivedNotice',
      'CreditRequiresAttention',
      'CreditAttentionNotice',
      'CreditWaitingListUpdate',
      'FlatCreditWaitingListUpdate',
    ]);
  });

  it('never throws: what it does not know or cannot read is said to be so', () => {
    const timestamp = '2026-11-23T14:05:09Z';
    const decoded = decode(
      ['no.such.event', {}],
      ['payment.received', 'no json'],
      ['payment.received', '[]'],
      ['payment.received', { payment: { id: 1, amount: 'five' }, timestamp }],
      ['payment.received', { payment: { id: 1 }, timestamp }],
      ['payment.received', { payment: [], timestamp }],
      ['stats.updated', { type: 'global', stats: [] }],
      ['stats.updated', { type: 'global', stats: [1] }],
    );
    expect(decoded.map(({ type }) => type)).toStrictEqual([
      'UnknownEvent',
      ...Array<string>(5).fill('MalformedEvent'),
      'StatsUpdated',
      'MalformedEvent',
    ]);
    expect(decoded[3]?.problem).toBe('payment: amount: is no amount');
    expect(decoded[4]?.problem).toBe('payment: amount: is missing');
    expect(decoded[6]?.keys).toBe(0);
  });
});
