import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineEvent, type CatalogueEvent } from '../../../../protocol/events/index.js';
import { asyncApiDocument } from '../../../../protocol/events/generate/asyncapi.js';
import { dartLibrary } from '../../../../protocol/events/generate/dart.js';
import { payloadSchema } from '../../../../protocol/events/generate/json-schema.js';
import { markdownPage } from '../../../../protocol/events/generate/markdown.js';
import { modelOf } from '../../../../protocol/events/generate/model.js';
import { phpFiles } from '../../../../protocol/events/generate/php.js';
import { typeScriptModule } from '../../../../protocol/events/generate/typescript.js';
import {
  DateOrTime,
  Id,
  Money,
  object,
  oneOf,
  OpenMap,
  optional,
  Person,
  Timestamp,
} from '../../../../protocol/events/values.js';

/** Two events that hold one of each kind of value between them. */
const SAMPLE: readonly CatalogueEvent[] = [
  defineEvent({
    name: 'sample.made',
    system: 'credits',
    aliases: { 'socket.io': ['sample_made'], type: ['sample_made'], listener: ['sample.done'] },
    channels: [
      { pattern: 'private-user.{id}', from: 'person.id', optional: true },
      { pattern: 'private-user.{id}', from: 'manager.id', of: 'request' },
      { pattern: 'private-stats.global', when: { path: 'choice', is: 'a' } },
      { pattern: 'stats.global', legacy: true },
    ],
    receivers: ['manager'],
    payload: z.union([
      object({
        choice: z.enum(['a', 'b']),
        known: oneOf('one', "it's two"),
        text: z.string().meta({ description: 'Free text' }),
        count: z.int(),
        ratio: optional(z.number()),
        flag: z.boolean(),
        anything: z.unknown(),
        list: z.array(z.string()),
        people: z.array(Person),
        money: Money,
        date: optional(DateOrTime),
        map: OpenMap,
        person: optional(Person),
        timestamp: Timestamp,
      }).meta({ title: 'SampleMade' }),
      object({ type: z.literal('sample_made'), id: Id }).meta({ title: 'SampleMadeNotice' }),
    ]),
    produced: [{ by: 'laravel-broadcast', trigger: 'it is made', immediate: true }],
    sensitivity: 'personal',
    examples: [
      {
        choice: 'a',
        known: 'one',
        text: 't',
        count: 1,
        flag: true,
        anything: null,
        list: [],
        people: [],
        money: '5.00',
        map: [],
        timestamp: '2026-11-23T14:05:09Z',
      },
      { type: 'sample_made', id: 1 },
    ],
    docs: { en: 'A sample was made', es: 'Se hizo una muestra' },
    notes: ['A note.'],
  }),
  defineEvent({
    name: 'sample.moved',
    system: 'hosting',
    status: 'draft',
    channels: [{ pattern: 'presence-ticket.{uuid}', from: 'uuid' }, { pattern: 'private-admin.tickets' }],
    receivers: ['staff'],
    payload: object({ uuid: z.string(), at: optional(Timestamp) }),
    produced: [],
    client: { channel: 'presence-ticket.{uuid}', sender: 'member', perSecond: 5 },
    sensitivity: 'secret',
    examples: [{ uuid: 'x' }],
    docs: { en: 'A sample was moved', es: 'Se movió una muestra' },
  }),
];

const golden = (name: string) => `./golden/${name}.golden`;
const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;

describe('the emitters', () => {
  const model = modelOf(SAMPLE);

  it('write TypeScript', async () => {
    await expect(typeScriptModule(model)).toMatchFileSnapshot(golden('events.ts'));
  });

  it('write Dart', async () => {
    await expect(dartLibrary(model)).toMatchFileSnapshot(golden('events.dart'));
  });

  it.each(phpFiles(model))('write PHP: $path', async ({ path, content }) => {
    await expect(content).toMatchFileSnapshot(golden(path.replace('src/', '')));
  });

  it('write JSON Schema', async () => {
    await expect(json(SAMPLE.map(payloadSchema))).toMatchFileSnapshot(golden('schemas.json'));
  });

  it('write AsyncAPI', async () => {
    await expect(json(asyncApiDocument(SAMPLE, '1.2.3'))).toMatchFileSnapshot(golden('asyncapi.json'));
  });

  it('write Markdown', async () => {
    await expect(markdownPage(model)).toMatchFileSnapshot(golden('events.md'));
  });

  it('refuse a nested object that has no name', () => {
    const event = { ...SAMPLE[1]!, payload: object({ inner: object({ a: z.string() }) }) };
    expect(() => modelOf([event])).toThrow('sample.moved: inner has no type that the generators know');
  });
});
