import type { MemberData } from './messages.js';
import { quoteMember } from './quoted-member.js';

const encoder = new TextEncoder();
const HASH_OPENING = '],\\"hash\\":{';
const ENDING = '}}}"}';

/** The least room for ids and entries that are to come. */
const MIN_ROOM_BYTES = 1024;

/** So many members' lengths have room at first. */
const MIN_LENGTHS = 64;

/**
 * What `encodePresenceSucceeded` makes, kept as UTF-8, so that one member more or less costs what he takes, or a move of
 * what the others take, and not quoting them all (PRES-2):
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
  /** Bytes of each member's id and of his entry, in their order, without commas. */
  private lengths = new Uint32Array(0);

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
      this.note(byteLength(id), byteLength(entry));
    }
    this.place(
      encoder.encode(ids.join(',')),
      encoder.encode(`${HASH_OPENING}${entries.join(',')}${ENDING}`),
      MIN_ROOM_BYTES,
    );
  }

  /** Bytes of memory. */
  get size(): number {
    return this.bytes.length + this.lengths.byteLength;
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
    this.note(id.length - comma.length, entry.length - comma.length - ENDING.length);
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

  /**
   * Takes one out.
   *
   * @param index his place among them, from 0
   */
  remove(index: number): void {
    const { lengths, bytes } = this;
    const [idLength = 0, entryLength = 0] = lengths.subarray(2 * index, 2 * index + 2);
    let [idAt, entryAt] = [this.idsStart, this.idsEnd + HASH_OPENING.length];
    for (let i = 0; i < 2 * index; i += 2) {
      idAt += (lengths[i] ?? 0) + 1;
      entryAt += (lengths[i + 1] ?? 0) + 1;
    }
    // With a comma: that before him, or that after the first.
    const comma = this.count > 1 ? 1 : 0;
    const from = index > 0 ? comma : 0;
    bytes.copyWithin(this.idsStart + idLength + comma, this.idsStart, idAt - from);
    bytes.copyWithin(entryAt - from, entryAt - from + entryLength + comma, this.end);
    this.idsStart += idLength + comma;
    this.end -= entryLength + comma;
    lengths.copyWithin(2 * index, 2 * index + 2, 2 * this.count);
    this.count--;
    this.open(this.opening());
  }

  private note(idLength: number, entryLength: number): void {
    const at = 2 * this.count;
    if (at === this.lengths.length) {
      const longer = new Uint32Array(Math.max(2 * MIN_LENGTHS, 2 * at));
      longer.set(this.lengths);
      this.lengths = longer;
    }
    this.lengths[at] = idLength;
    this.lengths[at + 1] = entryLength;
    this.count++;
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

/** Of the text as UTF-8; most is ASCII, which need not be encoded for that. */
function byteLength(text: string): number {
  return NOT_ASCII.test(text) ? encoder.encode(text).length : text.length;
}

const NOT_ASCII = /[^\u0000-\u007f]/;
