import { channelPolicy } from '../../channel-name.js';
import { splitPattern } from '../channels-of.js';
import type { CatalogueEvent, EventChannel } from '../event.js';
import type { EventModel, Field, Model, RecordType, Type } from './model.js';
import { camelCase, pascalCase } from './names.js';
import { indent, lines, NOTICE, quoted } from './text.js';

const NAMESPACE = 'Pregon\\Events';

/**
 * PHP classes for a Laravel back end: one for each event that it may broadcast, in the newest form of its payload, and one
 * for each part of a payload. They need PHP 8.1.
 */
export function phpFiles({ records, events }: Model): { path: string; content: string }[] {
  const classes = [
    ...[...records.values()].map((record) => [record.name, recordClass(record)] as const),
    ...events
      .filter(({ event }) => isBroadcast(event))
      .map((event) => [event.name, eventClass(event, records)] as const),
    ['Wire', WIRE] as const,
  ];
  return [
    { path: 'composer.json', content: `${JSON.stringify(COMPOSER, null, 4)}\n` },
    ...classes.map(([name, code]) => ({ path: `src/${name}.php`, content: code })),
  ];
}

/** Whether a back end sends it: not what only clients send, nor what Laravel itself makes, nor what has been replaced. */
export function isBroadcast({ name, status }: CatalogueEvent): boolean {
  return status !== 'deprecated' && !name.startsWith('client-') && !name.includes('\\');
}

const COMPOSER = {
  name: 'pregon/events',
  description: 'Business events as Laravel broadcasts them',
  license: 'MIT',
  require: { php: '>=8.1', 'illuminate/broadcasting': '*', 'illuminate/contracts': '*' },
  autoload: { 'psr-4': { 'Pregon\\Events\\': 'src/' } },
};

const HEAD = lines(
  '<?php',
  '',
  `// ${NOTICE}`,
  '',
  'declare(strict_types=1);',
  '',
  `namespace ${NAMESPACE};`,
);

const WIRE = lines(
  HEAD,
  '',
  '/** How values stand on the wire. */',
  'final class Wire',
  '{',
  '    /** ISO 8601 in UTC with microseconds, as Laravel writes it; text stays as it is. */',
  '    public static function time(\\DateTimeInterface|string|null $value): ?string',
  '    {',
  '        if (!$value instanceof \\DateTimeInterface) {',
  '            return $value;',
  '        }',
  "        $utc = \\DateTimeImmutable::createFromInterface($value)->setTimezone(new \\DateTimeZone('UTC'));",
  '',
  "        return $utc->format('Y-m-d\\TH:i:s.u\\Z');",
  '    }',
  '',
  '    /** The time now. */',
  '    public static function now(): string',
  '    {',
  "        return (string) self::time(new \\DateTimeImmutable('now'));",
  '    }',
  '',
  '    /** A map that is an object in JSON also when it is empty. */',
  '    public static function map(?array $value): array|\\stdClass|null',
  '    {',
  '        return $value === [] ? new \\stdClass() : $value;',
  '    }',
  '}',
  '',
);

/** A parameter of a constructor, and the field that it fills. */
interface Parameter {
  readonly name: string;
  readonly type: string;
  readonly default: string | undefined;
  readonly doc: string | undefined;
  /** Now, where it is not given. */
  readonly ownTime?: true;
}

function recordClass({ name, description, fields }: RecordType): string {
  const parameters = inCallOrder(fields.filter((field) => field.type.kind !== 'literal').map(parameterOf));
  return lines(
    HEAD,
    '',
    `/** ${description}. */`,
    `final class ${name} implements \\JsonSerializable`,
    '{',
    indent(lines(constructorOf(parameters), '', fromArray(fields), '', toArray('toArray', fields)), '    '),
    '',
    '    public function jsonSerialize(): array',
    '    {',
    '        return $this->toArray();',
    '    }',
    '}',
    '',
  );
}

function eventClass({ event, name, forms: [form] }: EventModel, records: Model['records']): string {
  const channels = channelExpressions(event, form, records);
  const parameters = inCallOrder([
    ...form.fields.filter(({ type }) => type.kind !== 'literal').map(eventParameter),
    ...channels.parameters,
  ]);
  const isNow = event.produced.some(({ immediate }) => immediate === true);
  const contract = isNow ? 'ShouldBroadcastNow' : 'ShouldBroadcast';
  return lines(
    HEAD,
    '',
    ['InteractsWithSockets', ...channels.classes]
      .sort()
      .map((used) => `use Illuminate\\Broadcasting\\${used};`),
    `use Illuminate\\Contracts\\Broadcasting\\${contract};`,
    'use Illuminate\\Foundation\\Events\\Dispatchable;',
    '',
    docBlock(event),
    `final class ${name} implements ${contract}`,
    '{',
    '    use Dispatchable;',
    '    use InteractsWithSockets;',
    '',
    indent(
      lines(
        constructorOf(parameters),
        '',
        broadcastOn(event, channels.expressions),
        '',
        'public function broadcastAs(): string',
        '{',
        `    return ${quoted(event.name)};`,
        '}',
        '',
        toArray('broadcastWith', form.fields),
      ),
      '    ',
    ),
    '}',
    '',
  );
}

function docBlock({ docs, status, sensitivity, notes }: CatalogueEvent): string {
  const remarks = [
    `${pascalCase(sensitivity)} data: see the catalogue for who may have it.`,
    status === 'draft' ? 'A draft: nothing is known to send it yet.' : undefined,
    ...notes,
  ].filter((remark) => remark !== undefined);
  return lines(
    '/**',
    ` * ${docs.en}.`,
    ' *',
    remarks.map((remark) => ` * ${remark}`),
    ' */',
  );
}

/** The time at which it happened is that of its making, not when a queue gets to it. */
function eventParameter(field: Field): Parameter {
  const parameter = parameterOf(field);
  return isOwnTime(field)
    ? { ...parameter, type: `${PHP_TIME}|null`, default: 'null', ownTime: true }
    : parameter;
}

/** PHP wants the parameters without a default first. */
function inCallOrder(parameters: readonly Parameter[]): Parameter[] {
  const isRequired = (parameter: Parameter) => parameter.default === undefined;
  return [...parameters.filter(isRequired), ...parameters.filter((parameter) => !isRequired(parameter))];
}

function constructorOf(parameters: readonly Parameter[]): string {
  const documented = parameters.filter(({ doc }) => doc !== undefined);
  const times = parameters.filter(({ ownTime }) => ownTime === true);
  return lines(
    times.map(({ name }) => [`public readonly ${PHP_TIME} $${name};`, '']),
    documented.length === 0
      ? undefined
      : ['/**', documented.map(({ name, doc }) => ` * @param ${doc ?? ''} $${name}`), ' */'],
    'public function __construct(',
    parameters.map(({ name, type, default: value, ownTime }) => {
      const promoted = ownTime === true ? '' : 'public readonly ';
      return `    ${promoted}${type} $${name}${value === undefined ? '' : ` = ${value}`},`;
    }),
    ') {',
    times.map(({ name }) => `    $this->${name} = $${name} ?? Wire::now();`),
    '}',
  );
}

const PHP_TIME = '\\DateTimeInterface|string';

function parameterOf({ name, type, optional }: Field): Parameter {
  const code = phpType(type);
  return {
    name: camelCase(name),
    type: optional ? nullable(code) : code,
    default: optional ? 'null' : undefined,
    doc: docType(type, optional),
  };
}

function nullable(code: string): string {
  if (code === 'mixed') return code;
  return code.includes('|') ? `${code}|null` : `?${code}`;
}

/** What PHP's own types cannot say. */
function docType(type: Type, optional: boolean): string | undefined {
  const end = optional ? '|null' : '';
  if (type.kind === 'list') return `list<${phpType(type.of)}>${end}`;
  if (type.kind === 'scalar' && type.name === 'OpenMap') return `array<string, mixed>${end}`;
  if (type.kind === 'choice') return `${type.values.map(quoted).join('|')}${end}`;
  return undefined;
}

function phpType(type: Type): string {
  switch (type.kind) {
    case 'text':
    case 'choice':
      return 'string';
    case 'literal':
      return typeof type.value === 'string' ? 'string' : 'bool';
    case 'integer':
      return 'int';
    case 'number':
      return 'int|float';
    case 'boolean':
      return 'bool';
    case 'unknown':
      return 'mixed';
    case 'list':
      return 'array';
    case 'record':
      return type.name;
    case 'scalar':
      return {
        Money: 'int|float|string',
        Id: 'int|string',
        Timestamp: PHP_TIME,
        DateOrTime: PHP_TIME,
        OpenMap: 'array',
      }[type.name];
  }
}

/** An event's own time is now unless it is given. */
function isOwnTime({ name, type, optional }: Field): boolean {
  return name === 'timestamp' && !optional && type.kind === 'scalar' && type.name === 'Timestamp';
}

function fromArray(fields: readonly Field[]): string {
  const read = ({ name, type, optional }: Field): string => {
    const value = `$data[${quoted(name)}]`;
    const present = optional ? `${value} ?? null` : value;
    if (type.kind === 'record') {
      return optional
        ? `isset(${value}) ? ${type.name}::fromArray(${value}) : null`
        : `${type.name}::fromArray(${value})`;
    }
    if (type.kind === 'list' && type.of.kind === 'record')
      return `array_map(${type.of.name}::fromArray(...), ${present})`;
    return present;
  };
  return lines(
    '/** From an array with the keys of the wire, such as a model gives. */',
    'public static function fromArray(array $data): self',
    '{',
    '    return new self(',
    fields
      .filter(({ type }) => type.kind !== 'literal')
      .map((field) => `        ${camelCase(field.name)}: ${read(field)},`),
    '    );',
    '}',
  );
}

function toArray(method: string, fields: readonly Field[]): string {
  return lines(
    `public function ${method}(): array`,
    '{',
    '    return [',
    fields.map((field) => `        ${quoted(field.name)} => ${onWire(field)},`),
    '    ];',
    '}',
  );
}

function onWire(field: Field): string {
  const { name, type, optional } = field;
  const property = `$this->${camelCase(name)}`;
  switch (type.kind) {
    case 'literal':
      return typeof type.value === 'string' ? quoted(type.value) : String(type.value);
    case 'record':
      return `${property}${optional ? '?' : ''}->toArray()`;
    case 'list':
      return type.of.kind === 'record' ? `array_map(fn ($each) => $each->toArray(), ${property})` : property;
    case 'scalar':
      if (type.name === 'OpenMap') return `Wire::map(${property})`;
      if (type.name !== 'Timestamp' && type.name !== 'DateOrTime') return property;
      return `Wire::time(${property})`;
    default:
      return property;
  }
}

function broadcastOn({ goesTo }: CatalogueEvent, expressions: readonly string[]): string {
  const channels = `[\n${indent(expressions.map((each) => `${each},`).join('\n'), '        ')}\n    ]`;
  const found = `array_values(array_filter(${channels}))`;
  return lines(
    '/** @return list<\\Illuminate\\Broadcasting\\Channel> */',
    'public function broadcastOn(): array',
    '{',
    expressions.length === 0 ? '    return [];' : `    $channels = ${found};`,
    expressions.length === 0
      ? undefined
      : goesTo === 'first'
        ? '\n    return array_slice($channels, 0, 1);'
        : "\n    return array_values(array_column($channels, null, 'name'));",
    '}',
  );
}

interface Channels {
  readonly expressions: readonly string[];
  readonly classes: ReadonlySet<string>;
  readonly parameters: readonly Parameter[];
}

/** A secret goes to no channel that several people share, whatever older classes do. */
function isTooWide({ sensitivity }: CatalogueEvent, { pattern }: EventChannel): boolean {
  return sensitivity === 'secret' && splitPattern(pattern).parameter === undefined;
}

/** PHP for each channel of an event; what the payload does not hold becomes a parameter of the constructor. */
function channelExpressions(event: CatalogueEvent, form: RecordType, records: Model['records']): Channels {
  const classes = new Set<string>();
  const parameters = new Map<string, Parameter>();
  const targets = event.channels.filter((channel) => channel.legacy !== true && !isTooWide(event, channel));
  const expressions = targets.map((channel) => {
    const { fixed } = splitPattern(channel.pattern);
    const { presence, guarded } = channelPolicy(fixed);
    const used = presence ? 'PresenceChannel' : guarded ? 'PrivateChannel' : 'Channel';
    classes.add(used);
    const name = quoted(fixed.replace(/^(?:private|presence)-/, ''));
    const value = channelValue(channel, form, records, parameters);
    if (value === undefined) return conditional(channel, `new ${used}(${name})`);
    const target = `new ${used}(${name} . ${value.code})`;
    return conditional(channel, value.nullable ? `${value.code} === null ? null : ${target}` : target);
  });
  return { expressions, classes, parameters: [...parameters.values()] };
}

function conditional({ when }: EventChannel, expression: string): string {
  if (when === undefined) return expression;
  const inner = expression.includes(' ? ') ? `(${expression})` : expression;
  return `$this->${camelCase(when.path)} === ${quoted(when.is)} ? ${inner} : null`;
}

interface Value {
  readonly code: string;
  readonly nullable: boolean;
}

function channelValue(
  { from, optional }: EventChannel,
  form: RecordType,
  records: Model['records'],
  parameters: Map<string, Parameter>,
): Value | undefined {
  if (from === undefined) return undefined;
  const [first = '', ...others] = typeof from === 'string' ? [from] : from;
  for (const path of [first, ...others]) {
    const found = resolve(path.split('.'), form, records);
    if (found !== undefined) return found;
  }
  const name = camelCase(first);
  const isOptional = optional === true;
  parameters.set(name, {
    name,
    type: isOptional ? 'int|string|null' : 'int|string',
    default: isOptional ? 'null' : undefined,
    doc: undefined,
  });
  return { code: `$this->${name}`, nullable: isOptional };
}

/** Where a path leads in a payload. */
function resolve(path: readonly string[], form: RecordType, records: Model['records']): Value | undefined {
  let record: RecordType | undefined = form;
  let code = '$this';
  let isNullable = false;
  for (const key of path) {
    const field: Field | undefined = record?.fields.find(({ name }) => name === key);
    if (field === undefined) return undefined;
    code += `${isNullable ? '?' : ''}->${camelCase(key)}`;
    isNullable ||= field.optional;
    record = field.type.kind === 'record' ? records.get(field.type.name) : undefined;
  }
  return { code, nullable: isNullable };
}
