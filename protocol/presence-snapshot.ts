import type { MemberData } from './messages.js';
import { quoteMember } from './quoted-member.js';

const encoder = new TextEncoder();
const HASH_OPENING = '],\\"hash\\":{';
const ENDING = '}}}"}';

/** The least room for ids and entries that are to come. */
const MIN_ROOM_BYTES = 1024;

/**
 * What `encodePresenceSucceeded` makes, kept as UTF-8, so that one more member costs what he takes and not what all take
 * (PRES-2):
 *
 *     …room…{"event":…,"count":2,"ids":[ 1,2 ],"hash":{ 1:{},2:{} }}}"}…room…
 *
 * The entries of the hash, most of it, grow towards the end; the ids move towards the start.
 */
export class PresenceSnapshot {
  private bytes = new Uint8Array(0);
  /** Where the frame starts, where its ids start and end, and where it ends. */
  private start = 0;
  private idsStart = 0;
  private idsEnd = 0;
  private end = 0;
  private count = 0;

  constructor(
    private readonly channel: string,
    members: Iterable<MemberData>,
  ) {
    const ids: string[] = [];
    const entries: string[] = [];
    for (const member of members) {
      const { id, entry } = quoteMember(member);
      ids.push(id);
      entries.push(entry);
    }
    this.count = ids.length;
    this.place(
      encoder.encode(ids.join(',')),
      encoder.encode(`${HASH_OPENING}${entries.join(',')}${ENDING}`),
      MIN_ROOM_BYTES,
    );
  }

  /** Bytes of memory. */
  get size(): number {
    return this.bytes.length;
  }

  /** The frame; the next change writes over it. */
  get frame(): Uint8Array {
    return this.bytes.subarray(this.start, this.end);
  }

  /** Adds one who was not among them. */
  append(member: MemberData): void {
    const quoted = quoteMember(member);
    const comma = this.count === 0 ? '' : ',';
    const id = encoder.encode(`${comma}${quoted.id}`);
    const entry = encoder.encode(`${comma}${quoted.entry}${ENDING}`);
    this.count++;
    const opening = this.opening();
    if (id.length + opening.length > this.idsStart || this.end + entry.length > this.bytes.length) {
      const { bytes, idsStart, idsEnd, end } = this;
      const room = Math.max(id.length, entry.length, MIN_ROOM_BYTES);
      this.place(bytes.subarray(idsStart, idsEnd), bytes.subarray(idsEnd, end), room);
    }
    this.bytes.copyWithin(this.idsStart - id.length, this.idsStart, this.idsEnd);
    this.idsStart -= id.length;
    this.bytes.set(id, this.idsEnd - id.length);
    this.bytes.set(entry, this.end - ENDING.length);
    this.end += entry.length - ENDING.length;
    this.open(opening);
  }

  /** Copies the parts to where they have room to grow by a quarter, and by no less than `roomBytes`. */
  private place(ids: Uint8Array, rest: Uint8Array, roomBytes: number): void {
    const opening = this.opening();
    this.idsStart = opening.length + roomBytes + Math.ceil(ids.length / 4);
    this.idsEnd = this.idsStart + ids.length;
    this.end = this.idsEnd + rest.length;
    const bytes = new Uint8Array(this.end + roomBytes + Math.ceil(rest.length / 4));
    bytes.set(ids, this.idsStart);
    bytes.set(rest, this.idsEnd);
    this.bytes = bytes;
    this.open(opening);
  }

  private opening(): Uint8Array {
    return encoder.encode(
      `{"event":"pusher_internal:subscription_succeeded","channel":"${this.channel}","data":"{\\"presence\\":{\\"count\\":${this.count},\\"ids\\":[`,
    );
  }

  private open(opening: Uint8Array): void {
    this.start = this.idsStart - opening.length;
    this.bytes.set(opening, this.start);
  }
}
