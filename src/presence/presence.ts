import type { KeptSnapshots } from '../../protocol/kept-snapshots.js';
import type { MemberData } from '../../protocol/messages.js';
import type { Frame } from '../../protocol/server-codec.js';

/** A user in a presence channel, however many connections he has there. */
interface Member extends MemberData {
  connections: number;
}

/** The members of a channel by their ids, in the order they came. */
export type Members = ReadonlyMap<string, MemberData>;

const NOBODY: Members = new Map();

/**
 * Who is in the presence channels of one app (PROTOCOL.md PRES-1 to PRES-6). Each call reads and changes in one step,
 * and tells whether the others have to hear of it.
 */
export class Presence {
  private readonly byChannel = new Map<string, Map<string, Member>>();

  constructor(private readonly snapshots: KeptSnapshots) {}

  members(channel: string): Members {
    return this.byChannel.get(channel) ?? NOBODY;
  }

  /** Tells a joiner of the members (PRES-2); bytes are good until somebody joins or leaves. */
  snapshot(channel: string): Frame | Uint8Array {
    return this.snapshots.frame(channel, this.members(channel));
  }

  /**
   * Counts one more connection of a user. A newer `user_info` replaces the older one without being announced.
   *
   * @returns whether it is the user's first, so that he is a new member
   */
  join(channel: string, { id, info }: MemberData): boolean {
    let members = this.byChannel.get(channel);
    if (members === undefined) {
      members = new Map();
      this.byChannel.set(channel, members);
    }
    const known = members.get(id);
    if (known === undefined) {
      const member = { id, info, connections: 1 };
      members.set(id, member);
      this.snapshots.added(members, member);
      return true;
    }
    known.connections++;
    if (known.info !== info) {
      // Setting an existing key keeps its place in the order.
      members.set(id, { ...known, info });
      this.snapshots.forget(members);
    }
    return false;
  }

  /**
   * Counts one connection of a user less.
   *
   * @returns whether it was his last, so that he is no longer a member
   */
  leave(channel: string, userId: string): boolean {
    const members = this.byChannel.get(channel);
    const member = members?.get(userId);
    if (members === undefined || member === undefined) return false;
    member.connections--;
    if (member.connections > 0) return false;
    this.snapshots.removing(members, userId);
    members.delete(userId);
    if (members.size === 0) this.byChannel.delete(channel);
    return true;
  }
}
