import { isJsonObject, memberTexts, parseJson } from './json-text.js';
import type { ClientMessage } from './messages.js';
import { ProtocolError, SubscriptionError } from './protocol-error.js';
import { isUnicode } from './unicode.js';

/** Event names in errors are cut here, so that an answer stays short whatever was sent. */
const SHOWN_NAME_LENGTH = 100;

type Members = Readonly<Record<string, unknown>>;

/**
 * Reads one text frame from a client (PROTOCOL.md MSG-1).
 *
 * @param frame UTF-8 text of at most `maxMessageBytes`
 * @throws ProtocolError without a code if the frame is none of the messages of MSG-1; the connection stays open
 */
export function decodeClientMessage(frame: string): ClientMessage {
  const message = parseJson(frame);
  if (!isJsonObject(message)) throw new ProtocolError('Received invalid JSON');
  const event = message['event'];
  if (typeof event !== 'string' || event === '') {
    throw new ProtocolError("Invalid message: 'event' must be a non-empty string");
  }

  switch (event) {
    case 'pusher:ping':
    case 'pusher:pong':
      // MSG-2: with any data or none.
      return { event };
    case 'pusher:subscribe':
      return decodeSubscribe(message);
    case 'pusher:unsubscribe':
      return { event, channel: requiredText(payload(message), 'channel', event) };
    case 'pusher:signin':
      return decodeSignin(message);
    default:
      if (event.startsWith('client-')) return decodeClientEvent(event, message, frame);
      // MSG-4: `pusher_internal:` and unknown `pusher:` names too, so that none is ever relayed.
      throw new ProtocolError(`Unsupported event received on socket: '${event.slice(0, SHOWN_NAME_LENGTH)}'`);
  }
}

function decodeSubscribe(message: Members): ClientMessage {
  const data = payload(message);
  const event = 'pusher:subscribe';
  const channel = requiredText(data, 'channel', event);
  const signed = (name: string) => {
    const value = data[name] ?? '';
    if (typeof value === 'string' && isUnicode(value)) return value;
    const problem = typeof value === 'string' ? mustBeUnicode(name, event) : mustBeString(name, event);
    // SUB-1: since the channel is known, the refusal is told on it.
    throw new SubscriptionError(channel, 'AuthError', 401, problem);
  };
  return { event, channel, auth: signed('auth'), channelData: signed('channel_data') };
}

function decodeSignin(message: Members): ClientMessage {
  const data = payload(message);
  return {
    event: 'pusher:signin',
    auth: signedText(data, 'auth', 'pusher:signin'),
    userData: signedText(data, 'user_data', 'pusher:signin'),
  };
}

function decodeClientEvent(name: string, message: Members, frame: string): ClientMessage {
  const { channel, data } = message;
  if (typeof channel !== 'string' || channel === '' || data === undefined || data === null) {
    throw new ProtocolError('Invalid client event (must contain channel and data)');
  }
  // CLIENT-3: `data` travels as a string; another value goes as the text the sender wrote.
  const text = typeof data === 'string' ? data : memberTexts(frame).get('data');
  if (!isUnicode(name)) throw new ProtocolError('Invalid client event: its name must be Unicode text');
  return { event: 'client event', name, channel, data: text ?? JSON.stringify(data) };
}

/** `data` as an object: sent as one, or as JSON text of one (MSG-3). */
function payload(message: Members): Members {
  const { data } = message;
  const value = typeof data === 'string' ? parseJson(data) : data;
  if (!isJsonObject(value)) {
    throw new ProtocolError(`Invalid message: 'data' of ${String(message['event'])} must be an object`);
  }
  return value;
}

function requiredText(data: Members, name: string, event: string): string {
  const text = optionalText(data, name, event);
  if (text === '') throw new ProtocolError(`Invalid message: ${event} needs '${name}', a non-empty string`);
  return text;
}

/** TEXT-1: what is signed is compared as UTF-8. */
function signedText(data: Members, name: string, event: string): string {
  const text = requiredText(data, name, event);
  if (!isUnicode(text)) throw new ProtocolError(mustBeUnicode(name, event));
  return text;
}

/** SUB-2: absent, null and empty mean the same. */
function optionalText(data: Members, name: string, event: string): string {
  const value = data[name] ?? '';
  if (typeof value !== 'string') throw new ProtocolError(mustBeString(name, event));
  return value;
}

function mustBeUnicode(name: string, event: string): string {
  return `Invalid message: '${name}' of ${event.slice(0, SHOWN_NAME_LENGTH)} must be Unicode text`;
}

function mustBeString(name: string, event: string): string {
  return `Invalid message: '${name}' of ${event} must be a string`;
}
