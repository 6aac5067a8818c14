import { channelPolicy } from '../../channel-name.js';
import { CHANNEL_RULES, type ChannelRule } from '../channel-rules.js';
import { splitPattern } from '../channels-of.js';
import type { CatalogueEvent } from '../event.js';
import { payloadSchema, type Schema } from './json-schema.js';
import { describeRule } from './describe.js';
import { slug } from './names.js';

const TITLE = 'Business events over the Pusher Channels protocol';

/**
 * The catalogue as an AsyncAPI 3 document, from the server's side: it sends events, and receives those that clients may
 * send. A message is a frame of Pusher's protocol, whose `data` is the payload as JSON text.
 */
export function asyncApiDocument(catalogue: readonly CatalogueEvent[], version: string): unknown {
  return {
    asyncapi: '3.1.0',
    info: {
      title: TITLE,
      version,
      description:
        'Every event is a text frame {event, channel, data}; data is the payload as JSON text. Subscriptions to private and presence channels are signed by the application.',
    },
    defaultContentType: 'application/json',
    servers: {
      pusher: {
        host: 'ws.example.com',
        pathname: '/app/{key}',
        protocol: 'wss',
        description: "Pusher's protocol, version 7",
        variables: { key: { description: 'Public key of the app', default: 'my-key' } },
      },
    },
    channels: channels(catalogue),
    operations: operations(catalogue),
    components: {
      messages: Object.fromEntries(catalogue.map((event) => [slug(event.name), message(event)])),
      schemas: schemas(catalogue),
    },
  };
}

/** Rules by pattern: one pattern may have several, of different systems. */
function rulesByPattern(): Map<string, ChannelRule[]> {
  const patterns = new Map<string, ChannelRule[]>();
  for (const rule of CHANNEL_RULES) patterns.set(rule.pattern, [...(patterns.get(rule.pattern) ?? []), rule]);
  return patterns;
}

function channels(catalogue: readonly CatalogueEvent[]): unknown {
  const found = [...rulesByPattern()].map(([pattern, rules]) => [
    slug(pattern),
    {
      address: pattern,
      title: pattern,
      description: rules
        .map(({ systems, docs, rule }) => `${systems.join(', ')}: ${docs.en}. ${describeRule(rule)}.`)
        .join(' '),
      messages: Object.fromEntries(
        messagesOn(catalogue, pattern).map((event) => [
          slug(event.name),
          { $ref: `#/components/messages/${slug(event.name)}` },
        ]),
      ),
      ...parameters(pattern, rules),
      tags: [{ name: channelPolicy(pattern).kind }],
    },
  ]);
  return Object.fromEntries(found);
}

function parameters(pattern: string, rules: readonly ChannelRule[]): object {
  const { parameter } = splitPattern(pattern);
  if (parameter === undefined) return {};
  const values = rules[0]?.values;
  const description = 'An id as text, compared as text';
  return { parameters: { [parameter]: values === undefined ? { description } : { enum: values } } };
}

/** Operations are by channel: what the server sends there, and what it takes from clients. */
function operations(catalogue: readonly CatalogueEvent[]): unknown {
  const found = [...rulesByPattern().keys()].flatMap((pattern) => {
    const sent = messagesOn(catalogue, pattern);
    const received = catalogue.filter(({ client }) => client?.channel === pattern);
    return [operation('send', pattern, sent), operation('receive', pattern, received)];
  });
  return Object.fromEntries(found.flat());
}

function operation(
  action: 'send' | 'receive',
  pattern: string,
  events: readonly CatalogueEvent[],
): [string, unknown][] {
  if (events.length === 0) return [];
  const channel = `#/channels/${slug(pattern)}`;
  return [
    [
      `${action}.${slug(pattern)}`,
      {
        action,
        channel: { $ref: channel },
        messages: events.map(({ name }) => ({ $ref: `${channel}/messages/${slug(name)}` })),
      },
    ],
  ];
}

function messagesOn(catalogue: readonly CatalogueEvent[], pattern: string): CatalogueEvent[] {
  return catalogue.filter(({ channels: targets }) => targets.some((target) => target.pattern === pattern));
}

function message(event: CatalogueEvent): unknown {
  const { name, docs, system, status, sensitivity, notes } = event;
  return {
    name,
    title: name,
    summary: docs.en,
    description: [docs.es, ...notes].join('\n\n'),
    contentType: 'application/json',
    payload: {
      type: 'object',
      required: ['event', 'channel', 'data'],
      properties: {
        event: { const: name },
        channel: { type: 'string' },
        data: {
          type: 'string',
          description: 'The payload as JSON text',
          contentMediaType: 'application/json',
          contentSchema: { $ref: `#/components/schemas/${schemaName(event)}` },
        },
      },
    },
    tags: [{ name: system }, { name: status }, { name: sensitivity }],
    examples: event.examples.map((payload) => ({
      payload: { event: name, channel: exampleChannel(event), data: JSON.stringify(payload) },
    })),
  };
}

function exampleChannel({ channels: [first] }: CatalogueEvent): string {
  if (first === undefined) return 'private-user.7';
  const { fixed, parameter } = splitPattern(first.pattern);
  return parameter === undefined ? fixed : `${fixed}7`;
}

/** Payloads beside the shared parts they refer to. */
function schemas(catalogue: readonly CatalogueEvent[]): unknown {
  const shared = new Map<string, Schema>();
  const payloads = catalogue.map((event) => {
    const { $defs = {}, ...schema } = payloadSchema(event);
    // AsyncAPI has a dialect of its own, which takes all that payloads use.
    delete schema.$schema;
    for (const [name, definition] of Object.entries($defs)) shared.set(name, definition);
    return [schemaName(event), schema] as const;
  });
  return withComponentRefs(
    Object.fromEntries([...[...shared].sort(([a], [b]) => (a < b ? -1 : 1)), ...payloads]),
  );
}

/** Apart from the shared parts, some of which are called like an event. */
function schemaName({ name }: CatalogueEvent): string {
  return `${slug(name)}.payload`;
}

function withComponentRefs(value: unknown): unknown {
  const text = JSON.stringify(value).replaceAll('"$ref":"#/$defs/', '"$ref":"#/components/schemas/');
  return JSON.parse(text) as unknown;
}
