/**
 * What no frame of the server may be, since a client in the field crashes or goes deaf on it: the "never send" list of
 * the client transcripts and MSG-5, as far as one frame alone shows it.
 *
 * @returns every offence of the frame, or none
 */
export function offences(frame: string): string[] {
  if (Buffer.from(frame, 'utf8').toString('utf8') !== frame) return ['text that UTF-8 cannot hold'];
  const message: unknown = JSON.parse(frame);
  if (!isObject(message)) return ['not a JSON object'];
  return [...outerOffences(message), ...dataOffences(message)];
}

type Members = Readonly<Record<string, unknown>>;

const WITHOUT_CHANNEL = new Set([
  'pusher:connection_established',
  'pusher:error',
  'pusher:ping',
  'pusher:pong',
  'pusher:signin_success',
  'pusher_internal:watchlist_events',
]);

function* outerOffences(message: Members): Generator<string> {
  const { event, channel, data, user_id: userId } = message;
  for (const [name, value] of Object.entries(message)) {
    if (value === null) yield `${name} is null`;
    if (!['event', 'channel', 'data', 'user_id'].includes(name)) yield `a member ${name}`;
  }
  if (typeof event !== 'string') yield 'event is no string';
  if ('channel' in message && typeof channel !== 'string') yield 'channel is no string';
  if ('user_id' in message && typeof userId !== 'string') yield 'user_id is no string';
  if (!('data' in message)) yield 'no data';
  if (event !== 'pusher:error' && typeof data !== 'string') yield 'data is no string';
  if (WITHOUT_CHANNEL.has(String(event)) && 'channel' in message) yield `a channel on ${String(event)}`;
}

function* dataOffences({ event, channel, data }: Members): Generator<string> {
  switch (event) {
    case 'pusher:error':
      yield* errorOffences(data);
      break;
    case 'pusher:connection_established':
      yield* establishedOffences(parsed(data));
      break;
    case 'pusher_internal:subscription_succeeded':
      if (String(channel).startsWith('presence-')) yield* snapshotOffences(parsed(data));
      else if (data !== '{}') yield 'data of subscription_succeeded is not {}';
      break;
    case 'pusher_internal:member_added':
      yield* memberOffences(parsed(data), ['user_id', 'user_info']);
      break;
    case 'pusher_internal:member_removed':
      yield* memberOffences(parsed(data), ['user_id']);
      break;
    case 'pusher_internal:subscription_count':
      if (String(channel).startsWith('private-encrypted-'))
        yield 'subscription_count on an encrypted channel';
      if (!Number.isSafeInteger(parsed(data)['subscription_count'])) yield 'subscription_count is no integer';
      break;
    default:
  }
}

function* errorOffences(data: unknown): Generator<string> {
  if (!isObject(data)) {
    yield 'data of pusher:error is no object';
    return;
  }
  const { code, message } = data;
  if (code !== null && !Number.isSafeInteger(code)) yield 'code is neither null nor an integer';
  if (typeof message !== 'string') yield 'message is no string';
}

function* establishedOffences({
  socket_id: socketId,
  activity_timeout: timeout,
}: Members): Generator<string> {
  if (typeof socketId !== 'string' || !/^\d+\.\d+$/.test(socketId)) yield 'socket_id is malformed';
  if (!Number.isSafeInteger(timeout) || timeout === 0) yield 'activity_timeout is no integer above zero';
}

function* snapshotOffences({ presence }: Members): Generator<string> {
  if (!isObject(presence)) {
    yield 'presence is no object';
    return;
  }
  const { count, ids, hash } = presence;
  if (!isObject(hash)) yield 'hash is no object';
  if (!Array.isArray(ids)) yield 'ids is no array';
  if (!isObject(hash) || !Array.isArray(ids)) return;
  for (const id of ids) {
    if (typeof id !== 'string') yield 'an id is no string';
    else if (!Object.hasOwn(hash, id)) yield 'an id is no key of hash';
  }
  if (!Object.values(hash).every(isObject)) yield 'a value of hash is no object';
  if (Object.keys(hash).length !== ids.length) yield 'hash has other keys than ids';
  if (count !== ids.length) yield 'count is not the number of ids';
}

function* memberOffences(data: Members, names: readonly string[]): Generator<string> {
  if (Object.keys(data).join() !== names.join()) yield `members are not ${names.join()}`;
  if (typeof data['user_id'] !== 'string') yield 'user_id of a member is no string';
  if (names.includes('user_info') && !isObject(data['user_info'])) yield 'user_info is no object';
}

/** What string JSON holds; an empty object where it holds none, which lacks all that is looked for. */
function parsed(data: unknown): Members {
  const value: unknown = typeof data === 'string' ? JSON.parse(data) : undefined;
  return isObject(value) ? value : {};
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
