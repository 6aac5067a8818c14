import { parseJson } from '../../protocol/json-text.js';

/**
 * What travels over the bus: a small binary header and, for events, the frame as clients get it, so that a receiving
 * node parses no JSON. Numbers are big-endian.
 *
 * ```
 * 0  version (1)          1
 * 1  kind                 1
 * 2  node, 8 bytes of hex 8
 * 10 number               6   of the node's messages, from 1
 * 16 previous             6   number of the node's message before on this topic; 0 when it is not known
 * 22 sent                 6   milliseconds since 1970
 * 28 length of except     1
 * 29 except               n   socket id that is left out, ASCII
 *    body                     the rest
 * ```
 */
export interface BusMessage {
  readonly kind: BusMessageKind;
  readonly node: string;
  readonly number: number;
  readonly previous: number;
  readonly sentMs: number;
  /** Empty when nobody is left out. */
  readonly except: string;
  /** A view of the message, only valid as long as it is. */
  readonly body: Buffer;
}

export const BusMessageKind = {
  /** Body: a frame for the subscribers of the topic. */
  Event: 1,
  /** To all. Body: app id and user id as a JSON array. */
  Terminate: 2,
  /** To one node. Body: the number after which it is to send its messages again, as text. */
  Resend: 3,
  /**
   * The answer to `Resend`. Body: two bytes of topic length, topic, message. `previous` is the message's age in
   * milliseconds. After the last an empty one, with the number of the question.
   */
  Resent: 4,
  /** An event or order that could not be sent when it was made. Body: its kind (1), its age in milliseconds (6), its body. */
  Late: 5,
} as const;

export type BusMessageKind = (typeof BusMessageKind)[keyof typeof BusMessageKind];

const VERSION = 1;
const HEADER_BYTES = 29;
const NODE_BYTES = 8;

/** Writes a message; `body` is UTF-8 text or bytes. */
export function encodeBusMessage(message: Omit<BusMessage, 'body'>, body: string | Uint8Array): Buffer {
  const { kind, node, number, previous, sentMs, except } = message;
  const bodyBytes = typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength;
  const bytes = Buffer.allocUnsafe(HEADER_BYTES + except.length + bodyBytes);
  bytes[0] = VERSION;
  bytes[1] = kind;
  bytes.set(nodeBytes(node), 2);
  bytes.writeUIntBE(number, 10, 6);
  bytes.writeUIntBE(previous, 16, 6);
  bytes.writeUIntBE(sentMs, 22, 6);
  bytes[28] = except.length;
  if (except !== '') bytes.write(except, HEADER_BYTES, 'latin1');
  const start = HEADER_BYTES + except.length;
  if (typeof body === 'string') bytes.write(body, start, 'utf8');
  else bytes.set(body, start);
  return bytes;
}

/** What a process writes is nearly always of the same node, itself, whose bytes are kept. */
let latestNode = { node: '', bytes: Buffer.alloc(NODE_BYTES) };

function nodeBytes(node: string): Buffer {
  if (latestNode.node !== node) latestNode = { node, bytes: Buffer.from(node, 'hex') };
  return latestNode.bytes;
}

/** @returns undefined for what is no message of this version: a newer node, or somebody else on the same bus */
export function decodeBusMessage(message: Uint8Array): BusMessage | undefined {
  const bytes = Buffer.from(message.buffer, message.byteOffset, message.byteLength);
  if (bytes.length < HEADER_BYTES || bytes[0] !== VERSION) return undefined;
  const kind = bytes[1];
  const start = HEADER_BYTES + (bytes[28] ?? 0);
  if (!isKind(kind) || bytes.length < start) return undefined;
  return {
    kind,
    node: bytes.toString('hex', 2, 2 + NODE_BYTES),
    number: bytes.readUIntBE(10, 6),
    previous: bytes.readUIntBE(16, 6),
    sentMs: bytes.readUIntBE(22, 6),
    except: bytes.toString('latin1', HEADER_BYTES, start),
    body: bytes.subarray(start),
  };
}

/** The body of a termination. Neither text is looked at: a user id may hold any character. */
export function encodeTermination(appId: string, userId: string): string {
  return JSON.stringify([appId, userId]);
}

/** @returns undefined for what is none */
export function decodeTermination(body: Buffer): { appId: string; userId: string } | undefined {
  const parsed = parseJson(body.toString('utf8'));
  const [appId, userId] = Array.isArray(parsed) ? (parsed as readonly unknown[]) : [];
  return typeof appId === 'string' && typeof userId === 'string' ? { appId, userId } : undefined;
}

const LATE_HEAD_BYTES = 7;

/** An event or order as one that is sent late: how old it is tells no other node's clock. */
export function encodeLate(message: Uint8Array, ageMs: number): Uint8Array {
  const decoded = decodeBusMessage(message);
  if (decoded === undefined) return message;
  const body = Buffer.allocUnsafe(LATE_HEAD_BYTES + decoded.body.length);
  body[0] = decoded.kind;
  body.writeUIntBE(wholeMs(ageMs), 1, 6);
  body.set(decoded.body, LATE_HEAD_BYTES);
  return encodeBusMessage({ ...decoded, kind: BusMessageKind.Late }, body);
}

/** @returns undefined for what is no late message */
export function decodeLate(message: BusMessage): { message: BusMessage; ageMs: number } | undefined {
  const { body } = message;
  const kind = body[0];
  if (body.length < LATE_HEAD_BYTES || !isKind(kind)) return undefined;
  return {
    message: { ...message, kind, body: body.subarray(LATE_HEAD_BYTES) },
    ageMs: body.readUIntBE(1, 6),
  };
}

/** An age as a header holds it. */
export function wholeMs(ageMs: number): number {
  return Math.max(0, Math.floor(ageMs));
}

function isKind(kind: number | undefined): kind is BusMessageKind {
  return kind !== undefined && kind >= BusMessageKind.Event && kind <= BusMessageKind.Late;
}

/** Puts a message into another, with the topic it was published on. */
export function wrapMessage(topic: string, message: Uint8Array): Buffer {
  const topicBytes = Buffer.from(topic);
  const bytes = Buffer.allocUnsafe(2 + topicBytes.length + message.byteLength);
  bytes.writeUInt16BE(topicBytes.length, 0);
  topicBytes.copy(bytes, 2);
  bytes.set(message, 2 + topicBytes.length);
  return bytes;
}

export function unwrapMessage(bytes: Buffer): { topic: string; message: Buffer } | undefined {
  if (bytes.length < 2) return undefined;
  const start = 2 + bytes.readUInt16BE(0);
  if (bytes.length < start) return undefined;
  return { topic: bytes.toString('utf8', 2, start), message: bytes.subarray(start) };
}
