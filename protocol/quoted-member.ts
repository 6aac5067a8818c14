import type { MemberData } from './messages.js';

/** A member's parts of a snapshot, quoted as they stand in a frame whose `data` is a string. */
export interface QuotedMember {
  readonly id: string;
  /** Id and info, as a member of `hash`. */
  readonly entry: string;
}

/** A storm of joins writes the same members again and again, and quoting is what takes the time. */
const quotedMembers = new WeakMap<MemberData, QuotedMember>();

export function quoteMember(member: MemberData): QuotedMember {
  let quoted = quotedMembers.get(member);
  if (quoted === undefined) {
    const id = JSON.stringify(member.id);
    const inString = (text: string) => JSON.stringify(text).slice(1, -1);
    quoted = { id: inString(id), entry: inString(`${id}:${member.info}`) };
    quotedMembers.set(member, quoted);
  }
  return quoted;
}
