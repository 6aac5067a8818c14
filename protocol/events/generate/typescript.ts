import { channelPolicy } from '../../channel-name.js';
import { CHANNEL_RULES } from '../channel-rules.js';
import { splitPattern } from '../channels-of.js';
import type { CatalogueEvent } from '../event.js';
import type { Field, Model, RecordType, Type } from './model.js';
import { camelCase } from './names.js';
import { indent, lines, NOTICE, quoted } from './text.js';

/** One TypeScript module: the payloads as types, the channels as functions, and typed listening with Laravel Echo. */
export function typeScriptModule({ records, events }: Model): string {
  const current = events.filter(({ event }) => event.status !== 'deprecated');
  const serverEvents = current.filter(({ event }) => !isClientName(event));
  const clientEvents = current.filter(({ event }) => event.client !== undefined);
  return lines(
    `/** ${NOTICE} */`,
    '',
    SCALARS,
    '',
    [...records.values()].map((record) => declaration(record)),
    current.flatMap(({ forms }) => forms.map((form) => declaration(form))),
    '/** What each event carries, by its name without the dot that Echo wants in front. */',
    'export interface EventPayloads {',
    serverEvents.map(
      ({ event, forms }) => `  ${key(event.name)}: ${forms.map(({ name }) => name).join(' | ')};`,
    ),
    '}',
    '',
    'export type EventName = keyof EventPayloads;',
    '',
    '/** What clients may send, by its name without `client-`. */',
    'export interface ClientEventPayloads {',
    clientEvents.map(({ event, forms }) => `  ${key(whisperName(event))}: ${forms[0].name};`),
    '}',
    '',
    'export type ClientEventName = keyof ClientEventPayloads;',
    '',
    CHANNEL_TYPE,
    '',
    '/** The channels, each with the events that are sent there. */',
    'export const channels = {',
    indent(channelFunctions(current.map(({ event }) => event)).join('\n')),
    '};',
    '',
    ECHO,
    '',
  );
}

const SCALARS = `/** An amount: a number, or the text of one such as "5000.00". */
export type Money = number | string;

/** 7 and "7" are the same id: compare as text. */
export type Id = number | string;

/** ISO 8601 date and time with Z or an offset. */
export type Timestamp = string;

/** ISO 8601 date, alone or with the time. */
export type DateOrTime = string;

/** Free keys and values. An empty one may arrive as []: read keys, and do not ask whether it is an array. */
export type OpenMap = Readonly<Record<string, unknown>>;`;

const CHANNEL_TYPE = `/** A channel: how Echo subscribes to it, and what is heard and may be sent there. */
export interface ChannelRef<Heard extends EventName, Sent extends ClientEventName = never> {
  readonly kind: 'public' | 'private' | 'presence';
  /** As Echo takes it: without \`private-\` and \`presence-\`. */
  readonly name: string;
  /** For the compiler only; never there. */
  readonly events?: { readonly heard: Heard; readonly sent: Sent };
}`;

const ECHO = `/** What the helpers use of an Echo channel; those of laravel-echo fit. */
export interface EchoChannel {
  listen(event: string, callback: (data: unknown) => void): unknown;
  stopListening(event: string, callback?: (data: unknown) => void): unknown;
  subscribed(callback: () => void): unknown;
  error(callback: (reason: unknown) => void): unknown;
}

/** A private or presence channel of Echo. */
export interface EchoGuardedChannel extends EchoChannel {
  whisper(event: string, data: unknown): unknown;
}

/** What the helpers use of Echo. */
export interface EchoLike {
  channel(name: string): EchoChannel;
  private(name: string): EchoChannel;
  join(name: string): EchoChannel;
}

/** A subscription that knows its events. */
export interface TypedChannel<Heard extends EventName, Sent extends ClientEventName> {
  /** Calls back with each event of that name; the dot in front is put there. */
  listen<Name extends Heard>(name: Name, callback: (payload: EventPayloads[Name]) => void): this;
  /** Ends what {@link listen} began; without a callback, all of that name. */
  stopListening<Name extends Heard>(name: Name, callback?: (payload: EventPayloads[Name]) => void): this;
  /** Sends a client event to the other subscribers. */
  whisper<Name extends Sent>(name: Name, payload: ClientEventPayloads[Name]): this;
  listenForWhisper<Name extends Sent>(name: Name, callback: (payload: ClientEventPayloads[Name]) => void): this;
  /** Calls back when the subscription is made. */
  subscribed(callback: () => void): this;
  /** Calls back when the subscription is refused. */
  error(callback: (reason: unknown) => void): this;
  /** Echo's own. */
  readonly channel: EchoChannel;
}

/** Subscribes through Echo. Asked again for the same channel, Echo gives the subscription that is there. */
export function subscribe<Heard extends EventName, Sent extends ClientEventName>(
  echo: EchoLike,
  { kind, name }: ChannelRef<Heard, Sent>,
): TypedChannel<Heard, Sent> {
  const channel = kind === 'public' ? echo.channel(name) : kind === 'private' ? echo.private(name) : echo.join(name);
  // A payload is what the catalogue says it is; this is the one place where that is taken for granted.
  const untyped = (callback: unknown) => callback as (data: unknown) => void;
  const typed: TypedChannel<Heard, Sent> = {
    channel,
    listen(event, callback) {
      channel.listen(\`.\${event}\`, untyped(callback));
      return typed;
    },
    stopListening(event, callback) {
      channel.stopListening(\`.\${event}\`, callback === undefined ? undefined : untyped(callback));
      return typed;
    },
    whisper(event, payload) {
      if (!('whisper' in channel)) throw new Error(\`\${name} is a public channel: nothing can be sent there\`);
      (channel as EchoGuardedChannel).whisper(event, payload);
      return typed;
    },
    listenForWhisper(event, callback) {
      channel.listen(\`.client-\${event}\`, untyped(callback));
      return typed;
    },
    subscribed(callback) {
      channel.subscribed(callback);
      return typed;
    },
    error(callback) {
      channel.error(callback);
      return typed;
    },
  };
  return typed;
}`;

function declaration({ name, description, fields }: RecordType): string {
  return lines(
    `/** ${description}. */`,
    `export interface ${name} {`,
    fields.map((field) => [
      field.description === undefined || field.type.kind === 'scalar' || field.type.kind === 'record'
        ? undefined
        : `  /** ${field.description} */`,
      `  ${property(field)}`,
    ]),
    '}',
    '',
  );
}

function property({ name, type, optional }: Field): string {
  const code = typeCode(type);
  if (!optional) return `readonly ${name}: ${code};`;
  return code === 'unknown' ? `readonly ${name}?: unknown;` : `readonly ${name}?: ${code} | null;`;
}

function typeCode(type: Type): string {
  switch (type.kind) {
    case 'text':
      // The known values help an editor; others may come.
      return type.known.length === 0 ? 'string' : `${type.known.map(quoted).join(' | ')} | (string & {})`;
    case 'choice':
      return type.values.map(quoted).join(' | ');
    case 'literal':
      return typeof type.value === 'string' ? quoted(type.value) : String(type.value);
    case 'integer':
    case 'number':
      return 'number';
    case 'boolean':
    case 'unknown':
      return type.kind;
    case 'list': {
      const of = typeCode(type.of);
      return `readonly ${/^\w+$/.test(of) ? of : `(${of})`}[]`;
    }
    case 'scalar':
    case 'record':
      return type.name;
  }
}

/** A function for each channel that events are sent on, and a constant for those without a parameter. */
function channelFunctions(events: readonly CatalogueEvent[]): string[] {
  const written = new Set<string>();
  return CHANNEL_RULES.flatMap(({ pattern, legacy, docs, values }) => {
    if (legacy === true || written.has(pattern)) return [];
    written.add(pattern);
    const heard = events.filter(
      (event) =>
        !isClientName(event) &&
        event.channels.some((channel) => channel.pattern === pattern && channel.legacy !== true),
    );
    const sent = events.filter(({ client }) => client?.channel === pattern);
    if (heard.length + sent.length === 0) return [];
    return [channelFunction(pattern, docs.en, values, heard, sent)];
  });
}

function channelFunction(
  pattern: string,
  description: string,
  values: readonly string[] | undefined,
  heard: readonly CatalogueEvent[],
  sent: readonly CatalogueEvent[],
): string {
  const { fixed, parameter } = splitPattern(pattern);
  const { presence, guarded } = channelPolicy(pattern);
  const kind = presence ? 'presence' : guarded ? 'private' : 'public';
  const name = fixed.replace(/^(?:private|presence)-/, '');
  const type = values === undefined ? 'Id' : values.map(quoted).join(' | ');
  const union = (names: readonly string[]) => names.map((each) => `\n  | ${quoted(each)}`).join('');
  return lines(
    `/** ${description}. */`,
    `${memberName(pattern)}: (${parameter === undefined ? '' : `${parameter}: ${type}`}): ChannelRef<${union(
      heard.map((event) => event.name),
    )}${sent.length === 0 ? '' : `,${union(sent.map(whisperName))}`}\n> => ({`,
    `  kind: '${kind}',`,
    `  name: ${parameter === undefined ? quoted(name) : `\`${name}\${${parameter}}\``},`,
    '}),',
  );
}

/** `private-user.{id}` is `user`, `presence-ticket.{uuid}` is `presenceTicket`: both kinds may be there. */
function memberName(pattern: string): string {
  return camelCase(
    splitPattern(pattern)
      .fixed.replace(/^private-/, '')
      .replace(/\.$/, ''),
  );
}

/** Sent by clients alone; heard as a whisper. */
function isClientName({ name }: CatalogueEvent): boolean {
  return name.startsWith('client-');
}

function whisperName({ name }: CatalogueEvent): string {
  return name.replace(/^client-/, '');
}

function key(name: string): string {
  return /^\w+$/.test(name) ? name : quoted(name);
}
