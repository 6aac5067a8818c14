import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeptSnapshots } from '../../../protocol/kept-snapshots.js';
import type { MemberData } from '../../../protocol/messages.js';
import { PresenceSnapshot } from '../../../protocol/presence-snapshot.js';
import { encodePresenceSucceeded } from '../../../protocol/server-codec.js';
import { anyText, channelName, objectText } from './arbitraries.js';

const CHANNEL = 'presence-x';
const info = objectText.map(({ text }) => text);
const member = fc.record({ id: anyText, info });
const uniqueMembers = fc.uniqueArray(member, { selector: ({ id }) => id, maxLength: 20 });

function text(frame: string | Uint8Array): string {
  return typeof frame === 'string' ? frame : new TextDecoder('utf-8', { fatal: true }).decode(frame);
}

function crowd(count: number): Map<string, MemberData> {
  const ids = Array.from({ length: count }, (_, i) => `user ${i}`);
  return new Map(ids.map((id) => [id, { id, info: '{"role":"collector"}' }]));
}

/** What reaches a client, whose decoder puts U+FFFD where half a pair stands. */
function expected(channel: string, members: Iterable<MemberData>): string {
  return text(new TextEncoder().encode(encodePresenceSucceeded(channel, members)));
}

describe('PresenceSnapshot', () => {
  it('is the frame of all members, whoever was appended (PRES-2)', () => {
    fc.assert(
      fc.property(channelName('presence-'), uniqueMembers, fc.nat(20), (channel, members, first) => {
        const snapshot = new PresenceSnapshot(channel, members.slice(0, first));
        for (const later of members.slice(first)) snapshot.append(later);
        expect(text(snapshot.frame)).toBe(expected(channel, members));
      }),
    );
  });

  it('is the frame of those who are left, whoever was taken out (PRES-2)', () => {
    fc.assert(
      fc.property(uniqueMembers, fc.array(fc.nat(1000)), member, (members, places, last) => {
        const snapshot = new PresenceSnapshot(CHANNEL, members);
        const left = [...members];
        for (const place of places) {
          if (left.length === 0) break;
          const index = place % left.length;
          snapshot.remove(index);
          left.splice(index, 1);
          expect(text(snapshot.frame)).toBe(expected(CHANNEL, left));
        }
        if (left.some(({ id }) => id === last.id)) return;
        snapshot.append(last);
        expect(text(snapshot.frame)).toBe(expected(CHANNEL, [...left, last]));
      }),
    );
  });

  it('grows from nobody to thousands, and past what it had room for (PRES-2)', () => {
    const snapshot = new PresenceSnapshot(CHANNEL, []);
    const members: MemberData[] = [];
    for (const each of crowd(3000).values()) {
      snapshot.append(each);
      members.push(each);
      if (members.length % 97 === 0) expect(text(snapshot.frame)).toBe(expected(CHANNEL, members));
    }
    const large = { id: 'é'.repeat(5000), info: `{"a":"${'€'.repeat(5000)}"}` };
    snapshot.append(large);
    expect(text(snapshot.frame)).toBe(expected(CHANNEL, [...members, large]));
  });
});

/** One of the many, or one of a few others, comes, leaves, or is described anew. */
const step = fc.record({
  id: fc.oneof(
    fc.nat(70).map((i) => `user ${i}`),
    anyText,
  ),
  info: fc.oneof(fc.constant('{"role":"collector"}'), info),
  leaves: fc.boolean(),
  isAsked: fc.boolean(),
});

describe('KeptSnapshots', () => {
  it('gives the frame of the present members, whoever came, left or changed (PRES-2, PRES-6)', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const members = crowd(55);
        const snapshots = new KeptSnapshots();
        for (const { id, info, leaves, isAsked } of steps) {
          const known = members.get(id);
          if (leaves) {
            snapshots.removing(members, id);
            members.delete(id);
          } else {
            const member = { id, info };
            members.set(id, member);
            if (known === undefined) snapshots.added(members, member);
            else if (known.info !== info) snapshots.forget(members);
          }
          if (!isAsked) continue;
          expect(text(snapshots.frame(CHANNEL, members))).toBe(expected(CHANNEL, members.values()));
        }
      }),
    );
  });

  it('is kept while members come and go, and not longer than there are many', () => {
    const members = crowd(51);
    const snapshots = new KeptSnapshots();
    snapshots.frame(CHANNEL, members);
    const { size } = snapshots;
    snapshots.removing(members, 'user 7');
    members.delete('user 7');
    expect(snapshots.size).toBe(size);
    expect(text(snapshots.frame(CHANNEL, members))).toBe(expected(CHANNEL, members.values()));
    snapshots.removing(members, 'user 8');
    members.delete('user 8');
    expect(snapshots.size).toBe(0);
    expect(text(snapshots.frame(CHANNEL, members))).toBe(expected(CHANNEL, members.values()));
  });

  it('keeps none of a small channel', () => {
    const snapshots = new KeptSnapshots();
    expect(text(snapshots.frame(CHANNEL, crowd(10)))).toBe(expected(CHANNEL, crowd(10).values()));
    expect(snapshots.size).toBe(0);
  });

  it('keeps those that were asked for last, within its bound', () => {
    const [first, second, third] = [crowd(500), crowd(500), crowd(500)];
    const one = new KeptSnapshots();
    one.frame(CHANNEL, first);
    const snapshots = new KeptSnapshots(2 * one.size);
    for (const members of [first, second, first, third]) snapshots.frame(CHANNEL, members);
    expect(snapshots.size).toBe(2 * one.size);
    snapshots.forget(second);
    expect(snapshots.size).toBe(2 * one.size);
    snapshots.forget(first);
    snapshots.forget(third);
    expect(snapshots.size).toBe(0);
  });

  it('lets go of what grows beyond its bound', () => {
    const members = crowd(500);
    const one = new KeptSnapshots();
    one.frame(CHANNEL, members);
    const snapshots = new KeptSnapshots(one.size);
    snapshots.frame(CHANNEL, members);
    const large = { id: 'large', info: `{"a":"${'x'.repeat(one.size)}"}` };
    members.set(large.id, large);
    snapshots.added(members, large);
    expect(snapshots.size).toBe(0);
    expect(text(snapshots.frame(CHANNEL, members))).toBe(expected(CHANNEL, members.values()));
    expect(snapshots.size).toBe(0);
  });
});
