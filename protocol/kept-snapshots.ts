import type { MemberData } from './messages.js';
import { PresenceSnapshot } from './presence-snapshot.js';
import { encodePresenceSucceeded, type Frame } from './server-codec.js';

type Members = ReadonlyMap<string, MemberData>;

/** A snapshot of fewer members is made as quickly as a kept one is kept up to date. */
const MIN_MEMBERS = 50;

const DEFAULT_MAX_BYTES = 16_777_216;

/**
 * Snapshots of large presence channels, kept up to date while members come and go, since each who comes is sent all.
 * Those that were asked for last stay, as many as fit. Whoever changes a list of members tells of it here.
 */
export class KeptSnapshots {
  /** What was not asked for the longest comes first. */
  private readonly byMembers = new Map<Members, PresenceSnapshot>();
  private bytes = 0;

  constructor(private readonly maxBytes = DEFAULT_MAX_BYTES) {}

  /** Bytes of memory. */
  get size(): number {
    return this.bytes;
  }

  /** @returns what `encodePresenceSucceeded` makes, as text or as bytes that the next change writes over */
  frame(channel: string, members: Members): Frame | Uint8Array {
    if (members.size < MIN_MEMBERS) return encodePresenceSucceeded(channel, members.values());
    const snapshot = this.byMembers.get(members) ?? new PresenceSnapshot(channel, members.values());
    this.forget(members);
    this.byMembers.set(members, snapshot);
    this.bytes += snapshot.size;
    this.makeRoom();
    return snapshot.frame;
  }

  /** One came who was not among them. */
  added(members: Members, member: MemberData): void {
    const snapshot = this.byMembers.get(members);
    if (snapshot === undefined) return;
    this.bytes -= snapshot.size;
    snapshot.append(member);
    this.bytes += snapshot.size;
    this.makeRoom();
  }

  /** One of them is about to be taken out of the list. */
  removing(members: Members, id: string): void {
    const snapshot = this.byMembers.get(members);
    if (snapshot === undefined) return;
    if (members.size <= MIN_MEMBERS) {
      this.forget(members);
      return;
    }
    let index = 0;
    for (const present of members.keys()) {
      if (present === id) {
        snapshot.remove(index);
        return;
      }
      index++;
    }
  }

  /** One of them is described in another way, or the list is no longer used. */
  forget(members: Members): void {
    const snapshot = this.byMembers.get(members);
    if (snapshot === undefined) return;
    this.byMembers.delete(members);
    this.bytes -= snapshot.size;
  }

  private makeRoom(): void {
    for (const members of this.byMembers.keys()) {
      if (this.bytes <= this.maxBytes) return;
      this.forget(members);
    }
  }
}
