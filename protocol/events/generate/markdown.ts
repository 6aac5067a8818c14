import { CHANNEL_RULES, type ChannelRule } from '../channel-rules.js';
import { SYSTEMS, type CatalogueEvent, type System } from '../event.js';
import { describeAliases, describeChannel, describeRule } from './describe.js';
import { findings } from './findings.js';
import type { EventModel, Field, Model, RecordType, Type } from './model.js';
import { lines } from './text.js';

const TITLES: Readonly<Record<System, string>> = {
  credits: 'Credits',
  hosting: 'Hosting',
  payments: 'Payments',
};

/** The catalogue as a page to read. */
export function markdownPage({ records, events }: Model): string {
  return lines(
    '# Business events',
    '',
    '<!-- Made from the catalogue by `npm run generate`; changes here are lost. -->',
    '',
    INTRODUCTION,
    '',
    SYSTEMS.map((system) => [
      `- [${TITLES[system]}](#${system})`,
      `  ${events
        .filter(({ event }) => event.system === system)
        .map(({ event }) => `[${event.name}](#${anchor(event.name)})`)
        .join(' · ')}`,
    ]),
    '- [Parts of payloads](#parts-of-payloads) · [Channels](#channels)',
    '',
    SYSTEMS.map((system) => [
      `## ${TITLES[system]}`,
      '',
      events.filter(({ event }) => event.system === system).map(section),
    ]),
    '## Parts of payloads',
    '',
    [...records.values()].map((record) => [
      `### ${record.name}`,
      '',
      `${record.description}.`,
      '',
      fieldTable(record),
      '',
    ]),
    '## Channels',
    '',
    'Who may subscribe is decided by the application that signs the subscription. Ids are compared as text.',
    '',
    SYSTEMS.map((system) => [
      `### Channels of ${TITLES[system].toLowerCase()}`,
      '',
      '| channel | who may subscribe | |',
      '|---|---|---|',
      CHANNEL_RULES.filter(({ systems }) => systems.includes(system)).map(channelRow),
      '',
    ]),
  );
}

const INTRODUCTION = `What the applications send, where it goes and what it carries. An app names the systems it uses (\`eventSystems\`); their events are then
checked as \`eventValidation\` and \`clientEventValidation\` say. \`pregon events\` lists them, \`pregon events check <name> <json>\` checks a payload.

A payload may hold further keys. *Optional* means absent or null. Values: **Money** is a number or the text of one ("5000.00"), **Id** an integer or a text (7 and
"7" are the same), **Timestamp** ISO 8601 with Z or an offset and any fraction, **DateOrTime** a date alone or with the time, **OpenMap** free keys, where an empty one may
arrive as \`[]\`.

*Stable* events are sent by an application; nothing is known to send a *draft* yet; *deprecated* ones are of the older Socket.IO server. *Personal* data and *secrets*
never belong on a public channel.

The same as files: [AsyncAPI](../protocol/events/generated/asyncapi.json), [JSON Schemas](../protocol/events/generated/schemas),
[TypeScript](../protocol/events/generated/typescript/events.ts), [Dart](../protocol/events/generated/dart/events.dart),
[PHP](../protocol/events/generated/php).`;

function section({ event, forms }: EventModel): string {
  const remarks = [...event.notes, ...findings(event)];
  return lines(
    `### ${event.name}`,
    '',
    `${event.docs.en}. *${event.docs.es}.*`,
    '',
    `${state(event)}, ${event.sensitivity}, version ${event.version}. For ${event.receivers.join(', ')}.`,
    '',
    event.replacedBy === undefined ? undefined : [`Use \`${event.replacedBy}\` instead.`, ''],
    Object.keys(event.aliases).length === 0 ? undefined : [`Also called ${describeAliases(event)}.`, ''],
    event.channels.map((channel) => `- to ${describeChannel(channel)}`),
    event.goesTo === 'first' ? '- the first of these that has a value' : undefined,
    event.produced.map(({ by, trigger, transform, immediate }) => {
      return `- from ${by}: ${trigger}${transform === undefined ? '' : ` (${transform})`}${immediate === true ? ', past the queue' : ''}`;
    }),
    event.client === undefined ? undefined : `- from clients: ${clientUse(event)}`,
    remarks.map((remark) => `- ${remark}`),
    '',
    forms.map((form) => [forms.length === 1 ? undefined : [`**${form.name}**`, ''], fieldTable(form), '']),
    '```json',
    JSON.stringify(event.examples[0], null, 2),
    '```',
    '',
  );
}

function state({ status }: CatalogueEvent): string {
  return `${status.slice(0, 1).toUpperCase()}${status.slice(1)}`;
}

function clientUse({ client, name }: CatalogueEvent): string {
  if (client === undefined) return '';
  const wireName = name.startsWith('client-') ? name : `client-${name}`;
  const who = client.sender === 'member' ? 'any member' : 'the user whose id is in the name';
  return `\`${wireName}\` on \`${client.channel}\`, ${who}, ${client.perSecond} a second`;
}

function fieldTable({ fields }: RecordType): string {
  return lines(
    '| field | type | |',
    '|---|---|---|',
    fields.map((field) => `| \`${field.name}\` | ${typeText(field.type)} | ${remark(field)} |`),
  );
}

function remark({ type, optional, description }: Field): string {
  const text = type.kind === 'scalar' || type.kind === 'record' ? undefined : description;
  return [optional ? 'optional' : undefined, text].filter((part) => part !== undefined).join('; ');
}

function typeText(type: Type): string {
  switch (type.kind) {
    case 'text':
      return type.known.length === 0 ? 'text' : `text: ${type.known.map(code).join(', ')}, others`;
    case 'choice':
      return type.values.map(code).join(', ');
    case 'literal':
      return code(String(type.value));
    case 'list':
      return `list of ${typeText(type.of)}`;
    case 'record':
      return `[${type.name}](#${anchor(type.name)})`;
    case 'scalar':
      return type.name;
    case 'unknown':
      return 'anything';
    default:
      return type.kind;
  }
}

function channelRow({ pattern, rule, docs, values, legacy }: ChannelRule): string {
  const remarks = [
    `${docs.en}. *${docs.es}.*`,
    values === undefined ? undefined : `One of ${values.map(code).join(', ')}.`,
    legacy === true ? 'Of older applications.' : undefined,
  ].filter((part) => part !== undefined);
  return `| \`${pattern}\` | ${describeRule(rule)} | ${remarks.join(' ')} |`;
}

function code(text: string): string {
  return `\`${text}\``;
}

/** As GitHub makes it of a heading. */
function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^a-z0-9 _-]/g, '')
    .replaceAll(' ', '-');
}
