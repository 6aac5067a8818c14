import type { EventModel, Field, Model, RecordType, Type } from './model.js';
import { camelCase } from './names.js';
import { lines, NOTICE, quoted } from './text.js';

/**
 * One Dart library, null-safe and without a build step: a class for each form of a payload and each part of one, read from
 * JSON and written to it. It needs Dart 3.
 */
export function dartLibrary({ records, events }: Model): string {
  const current = events.filter(({ event }) => event.status !== 'deprecated');
  return lines(
    `// ${NOTICE}`,
    '',
    '/// Business events over the Pusher Channels protocol.',
    'library;',
    '',
    "import 'dart:convert';",
    '',
    EVENT_CLASS,
    '',
    'const _readers = <String, BusinessEvent Function(Map<String, Object?>)>{',
    current.map(({ event, forms, name }) => {
      return `  ${dartText(event.name)}: ${forms.length === 1 ? name : eventClass(name)}.fromJson,`;
    }),
    '};',
    '',
    SCALARS,
    '',
    [...records.values()].map((record) => classOf(record, undefined)),
    current.map(eventClasses),
    READERS,
    '',
  );
}

const EVENT_CLASS = `/// An event of the catalogue. Switch over it: every class of an event is a subclass.
sealed class BusinessEvent {
  const BusinessEvent();

  /// Its name on the wire.
  String get eventName;

  Map<String, Object?> toJson();

  /// Reads what a channel delivered: the payload as JSON text, or already as a map.
  ///
  /// Never throws: a name that is not in the catalogue gives [UnknownEvent], and a payload that does not fit
  /// [MalformedEvent], so that nothing is lost unseen.
  static BusinessEvent decode(String name, Object? data) {
    final Object? value;
    try {
      value = data is String ? jsonDecode(data) : data;
    } on FormatException catch (error) {
      return MalformedEvent(name, data, error.message);
    }
    final read = _readers[name];
    if (read == null) return UnknownEvent(name, value);
    if (value is! Map) return MalformedEvent(name, value, 'the payload is no object');
    try {
      return read(value.cast<String, Object?>());
    } on FormatException catch (error) {
      return MalformedEvent(name, value, error.message);
    }
  }
}

/// An event that is not in the catalogue.
final class UnknownEvent extends BusinessEvent {
  const UnknownEvent(this.eventName, this.data);

  @override
  final String eventName;
  final Object? data;

  @override
  Map<String, Object?> toJson() => data is Map ? (data! as Map).cast<String, Object?>() : {};
}

/// An event whose payload is not as the catalogue has it.
final class MalformedEvent extends BusinessEvent {
  const MalformedEvent(this.eventName, this.data, this.problem);

  @override
  final String eventName;
  final Object? data;
  final String problem;

  @override
  Map<String, Object?> toJson() => data is Map ? (data! as Map).cast<String, Object?>() : {};
}`;

const SCALARS = `/// An amount, exactly as it was sent: a number, or the text of one such as 5000.00.
final class Money {
  const Money(this.text);

  factory Money.fromJson(Object json) {
    if (json is num) return Money(json.toString());
    if (json is String && double.tryParse(json) != null) return Money(json);
    throw const FormatException('is no amount');
  }

  final String text;

  double toDouble() => double.parse(text);

  String toJson() => text;

  @override
  bool operator ==(Object other) => other is Money && other.text == text;

  @override
  int get hashCode => text.hashCode;

  @override
  String toString() => text;
}

/// A date that may have a time, as it was sent.
final class DateOrTime {
  const DateOrTime(this.text);

  factory DateOrTime.fromJson(Object json) {
    if (json is String && DateTime.tryParse(json) != null) return DateOrTime(json);
    throw const FormatException('is no date');
  }

  final String text;

  /// In UTC; a date alone is its midnight there, so that no time zone moves it.
  DateTime get value {
    final parsed = DateTime.parse(text);
    return parsed.isUtc ? parsed : DateTime.utc(parsed.year, parsed.month, parsed.day);
  }

  String toJson() => text;

  @override
  bool operator ==(Object other) => other is DateOrTime && other.text == text;

  @override
  int get hashCode => text.hashCode;

  @override
  String toString() => text;
}`;

const READERS = `T _required<T>(Map<String, Object?> json, String key, T Function(Object) read) {
  final value = json[key];
  if (value == null) throw FormatException('$key: is missing');
  return _named(key, value, read);
}

T? _optional<T>(Map<String, Object?> json, String key, T Function(Object) read) {
  final value = json[key];
  return value == null ? null : _named(key, value, read);
}

T _named<T>(String key, Object value, T Function(Object) read) {
  try {
    return read(value);
  } on FormatException catch (error) {
    throw FormatException('$key: \${error.message}');
  }
}

T _as<T>(Object value, String what) => value is T ? value as T : throw FormatException('is no $what');

String _text(Object value) => _as<String>(value, 'text');

/// Ids are text: 7 and "7" are the same.
String _id(Object value) => value is int ? value.toString() : _as<String>(value, 'id');

int _integer(Object value) {
  final number = _as<num>(value, 'number');
  return number == number.truncate() ? number.toInt() : throw const FormatException('is no whole number');
}

double _number(Object value) => _as<num>(value, 'number').toDouble();

bool _boolean(Object value) => _as<bool>(value, 'boolean');

Object _any(Object value) => value;

DateTime _time(Object value) {
  final time = DateTime.tryParse(_text(value));
  return time == null || !time.isUtc ? throw const FormatException('is no time') : time;
}

/// PHP writes an empty map as [].
Map<String, Object?> _map(Object value) =>
    value is List && value.isEmpty ? const {} : _as<Map<Object?, Object?>>(value, 'map').cast<String, Object?>();

List<T> Function(Object) _list<T>(T Function(Object) read) =>
    (value) => [for (final each in _as<List<Object?>>(value, 'list')) read(each ?? (throw const FormatException('has a null')))];`;

/** Of an event with several forms, the class that has them all as subclasses. */
function eventClass(name: string): string {
  return `${name}Event`;
}

function eventClasses({ event, name, forms }: EventModel): string {
  if (forms.length === 1) return classOf(forms[0], { wireName: event.name, parent: 'BusinessEvent' });
  const parent = eventClass(name);
  // A form that says its type is told by it; the others by the keys they cannot do without.
  const isTyped = ({ fields }: RecordType) => fields.some(({ type }) => type.kind === 'literal');
  const attempts = [...forms.filter(isTyped), ...forms.filter((form) => !isTyped(form))].map(
    (form) => `    if (${conditions(form).join(' && ')}) return ${form.name}.fromJson(json);`,
  );
  return lines(
    `/// ${event.docs.en}; one of its forms.`,
    `sealed class ${parent} extends BusinessEvent {`,
    `  const ${parent}();`,
    '',
    `  factory ${parent}.fromJson(Map<String, Object?> json) {`,
    attempts,
    `    return ${forms[0].name}.fromJson(json);`,
    '  }',
    '}',
    '',
    forms.map((form) => classOf(form, { wireName: event.name, parent })),
  );
}

/** Dart that is true for the JSON of a form. */
function conditions({ fields }: RecordType): string[] {
  return fields
    .filter(({ optional }) => !optional)
    .map(({ name, type }) => {
      const value = `json[${dartText(name)}]`;
      return type.kind === 'literal' ? `${value} == ${literal(type.value)}` : `${value} != null`;
    });
}

function literal(value: string | boolean): string {
  return typeof value === 'string' ? dartText(value) : String(value);
}

interface EventPart {
  readonly wireName: string;
  readonly parent: string;
}

function classOf({ name, description, fields }: RecordType, event: EventPart | undefined): string {
  const given = fields.filter(({ type }) => type.kind !== 'literal');
  return lines(
    `/// ${description}.`,
    `final class ${name}${event === undefined ? '' : ` extends ${event.parent}`} {`,
    `  const ${name}({`,
    given.map(({ name: key, optional }) => `    ${optional ? '' : 'required '}this.${camelCase(key)},`),
    '  });',
    '',
    `  factory ${name}.fromJson(Map<String, Object?> json) => ${name}(`,
    given.map((field) => `    ${camelCase(field.name)}: ${readCode(field)},`),
    '  );',
    '',
    event === undefined
      ? undefined
      : ['  @override', `  String get eventName => ${dartText(event.wireName)};`, ''],
    fields.map(member),
    '',
    event === undefined ? undefined : '  @override',
    '  Map<String, Object?> toJson() => {',
    fields.map((field) => `    ${jsonEntry(field)},`),
    '  };',
    '}',
    '',
  );
}

function member({ name, type, optional, description }: Field): string {
  const doc =
    type.kind === 'text' && type.known.length > 0
      ? `  /// ${type.known.join(', ')}, or another.`
      : type.kind === 'choice'
        ? `  /// ${type.values.join(', ')}.`
        : description === undefined || type.kind === 'scalar' || type.kind === 'record'
          ? undefined
          : `  /// ${description}.`;
  if (type.kind === 'literal') {
    return `  ${dartType(type)} get ${camelCase(name)} => ${literal(type.value)};`;
  }
  const code = dartType(type);
  return lines(doc, `  final ${code}${optional && !code.endsWith('?') ? '?' : ''} ${camelCase(name)};`);
}

function dartType(type: Type): string {
  switch (type.kind) {
    case 'text':
    case 'choice':
      return 'String';
    case 'literal':
      return typeof type.value === 'string' ? 'String' : 'bool';
    case 'integer':
      return 'int';
    case 'number':
      return 'double';
    case 'boolean':
      return 'bool';
    case 'unknown':
      return 'Object?';
    case 'list':
      return `List<${type.of.kind === 'unknown' ? 'Object' : dartType(type.of)}>`;
    case 'record':
      return type.name;
    case 'scalar':
      return {
        Money: 'Money',
        Id: 'String',
        Timestamp: 'DateTime',
        DateOrTime: 'DateOrTime',
        OpenMap: 'Map<String, Object?>',
      }[type.name];
  }
}

function readCode({ name, type, optional }: Field): string {
  return `_${optional ? 'optional' : 'required'}(json, ${dartText(name)}, ${reader(type)})`;
}

/** A function that reads a value that is not null. */
function reader(type: Type): string {
  switch (type.kind) {
    case 'text':
    case 'choice':
    case 'literal':
      return '_text';
    case 'integer':
      return '_integer';
    case 'number':
      return '_number';
    case 'boolean':
      return '_boolean';
    case 'unknown':
      return '_any';
    case 'list':
      return `_list(${reader(type.of)})`;
    case 'record':
      return `(value) => ${type.name}.fromJson(_map(value))`;
    case 'scalar':
      return {
        Money: 'Money.fromJson',
        Id: '_id',
        Timestamp: '_time',
        DateOrTime: 'DateOrTime.fromJson',
        OpenMap: '_map',
      }[type.name];
  }
}

/** What is null is left out. */
function jsonEntry(field: Field): string {
  const property = camelCase(field.name);
  const entry = (code: string) => `${dartText(field.name)}: ${code}`;
  if (field.type.kind === 'literal') return entry(property);
  const plain = toJson(field.type, property);
  return field.optional
    ? `if (${property} case final value?) ${entry(toJson(field.type, 'value'))}`
    : entry(plain);
}

function toJson(type: Type, value: string): string {
  switch (type.kind) {
    case 'record':
      return `${value}.toJson()`;
    case 'list':
      return type.of.kind === 'record' ? `[for (final each in ${value}) each.toJson()]` : value;
    case 'scalar':
      if (type.name === 'Timestamp') return `${value}.toUtc().toIso8601String()`;
      return type.name === 'Money' || type.name === 'DateOrTime' ? `${value}.toJson()` : value;
    default:
      return value;
  }
}

function dartText(text: string): string {
  return quoted(text).replaceAll('$', '\\$');
}
