import type { MemberData } from '../../../../protocol/messages.js';
import { HEIR_MS } from '../../store-times.js';
import type {
  ChannelChange,
  ChannelCounts,
  ChannelDelta,
  ChannelResult,
  ChannelSnapshot,
  NodeShare,
  Released,
  SharedMember,
} from '../../store.js';

interface Member {
  info: string;
  readonly nodes: Set<string>;
}

/** Something that left and may come back without being told. */
interface Grace {
  readonly node: string;
  /** When a repeated {@link MemoryChannel.drop} tells it; 0 for what a node left itself. */
  readonly dueAt: number;
}

/** What one node has in a channel, and the answer it gets again for a repeat. */
interface Share {
  readonly node: string;
  /** 0 where only the answer is left. */
  subscriptions: number;
  change: string;
  answer: Answer | undefined;
  /** That of another node: a list takes less than an array, and most channels have one share. */
  next: Share | undefined;
}

/** Of all channels without; never written to. There may be a channel for each connection, and most have no members. */
const NO_MEMBERS = new Map<string, Member>();
const NO_GRACES = new Map<string, Grace>();
const NO_RELEASES = new Map<string, { readonly by: string }>();
const NONE: readonly string[] = [];

/** What a step did so far. */
interface Step {
  readonly node: string;
  readonly graceMs: number;
  readonly dueAt: number;
  readonly added: string[];
  readonly removed: string[];
  readonly refused: string[];
  /** Members whose nodes or info changed. */
  readonly touched: Set<string>;
}

type Answer = Omit<ChannelResult, 'snapshot'>;

/** What {@link MemoryChannel} did, and the delta it has to tell. */
export interface Applied {
  readonly answer: Answer;
  readonly delta: ChannelDelta | undefined;
}

/** The change under which {@link MemoryChannel.drop} keeps its answer. */
const DROP = '#drop';

/**
 * One channel of a {@link MemoryStore}, and the reference of what a change means: the scripts of the Redis store do the
 * same.
 */
export class MemoryChannel {
  private shares: Share | undefined;
  /** In the order they came. */
  private members = NO_MEMBERS;
  private graces = NO_GRACES;
  /** Graces that ended, and who ended them, so that the same node gets the same answer again. */
  private released = NO_RELEASES;
  private total = 0;
  private version = 0;
  private life = 0;

  get isOccupied(): boolean {
    return this.total > 0;
  }

  get counts(): ChannelCounts {
    return { subscriptions: this.total, members: this.members.size };
  }

  get memberIds(): readonly string[] {
    return [...this.members.keys()];
  }

  get snapshot(): ChannelSnapshot {
    return {
      version: this.version,
      life: this.life,
      subscriptions: this.total,
      members: [...this.members.keys()].map((id) => this.shared(id)),
    };
  }

  /** Nothing is kept for repeats or for what may come back. */
  get canBeForgotten(): boolean {
    return (
      this.total === 0 && this.graces.size === 0 && this.shares === undefined && this.released.size === 0
    );
  }

  isOccupiedBy(node: string): boolean {
    return this.subscriptionsOf(node) > 0;
  }

  hasGraceOf(node: string): boolean {
    for (const grace of this.graces.values()) if (grace.node === node) return true;
    return false;
  }

  /**
   * @param momentUs now, as {@link ChannelResult.momentUs}. A later life of the channel goes on from it, as from a higher
   *   version
   */
  apply(node: string, change: ChannelChange, momentUs: number): Applied {
    const before = this.shareOf(node);
    if (
      before?.answer !== undefined &&
      (before.change === change.change || before.change === change.instead)
    ) {
      return { answer: before.answer, delta: undefined };
    }
    const last = before === undefined || before.subscriptions === 0 ? '' : before.change;
    const isLost = last !== change.after;
    if (isLost && !change.replace) {
      return { answer: { ...unchanged(this.version), change: change.change, isLost }, delta: undefined };
    }
    if (this.version === 0 ? change.subscriptions > 0 : change.seenVersion > this.version) {
      this.life = this.version = Math.max(momentUs, change.seenVersion + 1);
    }
    const step = newStep(node, change.graceMs, 0);
    const isOut = change.subscriptions === 0;
    const join = isOut ? [] : change.join;
    const joining = new Set(join.map(({ id }) => id));
    const leave = isOut || change.replace ? this.membersOf(node) : change.leave;
    for (const id of leave) if (!joining.has(id)) this.leave(step, id);
    for (const member of join) this.join(step, member, change.maxMembers);
    const difference = change.subscriptions - this.subscriptionsOf(node);
    const occupancy = this.setSubscriptions(step, change.subscriptions);
    const isTold = change.tellSubscriptions && difference !== 0;
    const { answer, delta } = this.finish(step, occupancy, isTold, momentUs);
    const kept = { ...answer, change: change.change, isLost };
    this.keepAnswer(node, change.change, kept);
    return { answer: kept, delta };
  }

  /** Takes a node out, with what is due of the graces it held. Once nothing is left of it, a repeat gets the same answer. */
  drop(node: string, graceMs: number, nowMs: number, momentUs: number): Applied {
    const due = [...this.graces].filter(([, grace]) => grace.node === node && grace.dueAt <= nowMs);
    const hadSubscriptions = this.isOccupiedBy(node);
    if (due.length === 0 && !hadSubscriptions) {
      const before = this.shareOf(node);
      const kept = before?.change === DROP ? before.answer : undefined;
      return { answer: kept ?? unchanged(this.version), delta: undefined };
    }
    const step = newStep(node, graceMs, nowMs + graceMs + HEIR_MS);
    for (const id of this.membersOf(node)) this.leave(step, id);
    let occupancy = this.setSubscriptions(step, 0);
    for (const [what] of due) {
      this.graces.delete(what);
      this.startGrace(step, what);
      if (graceMs === 0) this.noteReleased(what, DROP);
      if (what === 'channel') occupancy = 'vacated';
      else step.removed.push(what.slice('member '.length));
    }
    const applied = this.finish(step, occupancy, hadSubscriptions, momentUs);
    if (this.hasGraceOf(node)) this.forgetAnswer(node);
    else this.keepAnswer(node, DROP, applied.answer);
    return applied;
  }

  /** Ends a grace of a node; the same to the same who asks. */
  release(node: string, what: string, by: string): Released {
    const grace = this.graces.get(what);
    if (grace?.node === node) {
      this.graces.delete(what);
      this.noteReleased(what, by);
      return 'away';
    }
    const released = this.released.get(what);
    if (released?.by === by) return 'away';
    const isThere = what === 'channel' ? this.isOccupied : this.members.has(what.slice('member '.length));
    return grace !== undefined || released !== undefined || isThere ? 'back' : 'unknown';
  }

  /** What a node has, as far as it is in the channel. */
  share(node: string): NodeShare | undefined {
    const share = this.shareOf(node);
    if (share === undefined || share.subscriptions === 0) return undefined;
    const { subscriptions, change } = share;
    return { subscriptions, change, members: this.membersOf(node).length };
  }

  /** @returns a task that forgets the answer this node would get again, once it is not here any more */
  answerToForget(node: string): () => void {
    const answer = this.shareOf(node)?.answer;
    return () => {
      const share = this.shareOf(node);
      if (share?.subscriptions === 0 && share.answer === answer) this.forgetAnswer(node);
    };
  }

  /** @returns a task that forgets that a grace was released */
  releaseToForget(what: string): () => void {
    const release = this.released.get(what);
    return () => {
      if (this.released.get(what) === release) this.released.delete(what);
    };
  }

  private noteReleased(what: string, by: string): void {
    if (this.released === NO_RELEASES) this.released = new Map();
    this.released.set(what, { by });
  }

  private shareOf(node: string): Share | undefined {
    let share = this.shares;
    while (share !== undefined && share.node !== node) share = share.next;
    return share;
  }

  private subscriptionsOf(node: string): number {
    return this.shareOf(node)?.subscriptions ?? 0;
  }

  private setShare(node: string, subscriptions: number): void {
    const share = this.shareOf(node);
    if (share !== undefined) share.subscriptions = subscriptions;
    else this.shares = { node, subscriptions, change: '', answer: undefined, next: this.shares };
  }

  private keepAnswer(node: string, change: string, answer: Answer): void {
    const share = this.shareOf(node);
    if (share === undefined) this.shares = { node, subscriptions: 0, change, answer, next: this.shares };
    else [share.change, share.answer] = [change, answer];
  }

  private forgetAnswer(node: string): void {
    const share = this.shareOf(node);
    if (share === undefined) return;
    if (share.subscriptions === 0) this.removeShare(share);
    else share.answer = undefined;
  }

  private removeShare(share: Share): void {
    if (this.shares === share) this.shares = share.next;
    for (let before = this.shares; before !== undefined; before = before.next) {
      if (before.next === share) before.next = share.next;
    }
  }

  private membersOf(node: string): string[] {
    return [...this.members].filter(([, member]) => member.nodes.has(node)).map(([id]) => id);
  }

  private shared(id: string): SharedMember {
    const member = this.members.get(id);
    return { id, info: member?.info ?? '{}', nodes: member?.nodes.size ?? 0 };
  }

  private join(step: Step, { id, info }: MemberData, maxMembers: number): void {
    const member = this.members.get(id);
    if (member === undefined) {
      if (this.members.size >= maxMembers) {
        step.refused.push(id);
        return;
      }
      if (this.members === NO_MEMBERS) this.members = new Map();
      this.members.set(id, { info, nodes: new Set([step.node]) });
      if (!this.comeBack(`member ${id}`)) step.added.push(id);
    } else {
      if (member.nodes.has(step.node) && member.info === info) return;
      member.nodes.add(step.node);
      member.info = info;
    }
    step.touched.add(id);
  }

  private leave(step: Step, id: string): void {
    const member = this.members.get(id);
    if (member?.nodes.delete(step.node) !== true) return;
    step.touched.add(id);
    if (member.nodes.size > 0) return;
    this.members.delete(id);
    step.removed.push(id);
    this.startGrace(step, `member ${id}`);
  }

  private setSubscriptions(step: Step, wanted: number): ChannelResult['occupancy'] {
    const before = this.total;
    this.total += wanted - this.subscriptionsOf(step.node);
    this.setShare(step.node, wanted);
    if (before === 0 && this.total > 0) return this.comeBack('channel') ? 'unchanged' : 'occupied';
    if (before === 0 || this.total > 0) return 'unchanged';
    this.startGrace(step, 'channel');
    return 'vacated';
  }

  private startGrace(step: Step, what: string): void {
    if (step.graceMs === 0) return;
    if (this.graces === NO_GRACES) this.graces = new Map();
    this.graces.set(what, { node: step.node, dueAt: step.dueAt });
  }

  /** @returns whether it was in its grace */
  private comeBack(what: string): boolean {
    this.released.delete(what);
    return this.graces.delete(what);
  }

  private finish(
    step: Step,
    occupancy: ChannelResult['occupancy'],
    tell: boolean,
    momentUs: number,
  ): Applied {
    const isTold = tell || occupancy !== 'unchanged' || step.added.length > 0 || step.removed.length > 0;
    const changed = tell || step.touched.size > 0;
    if (changed) this.version++;
    const answer: Answer = {
      change: '',
      isLost: false,
      version: this.version,
      momentUs: isTold ? momentUs : 0,
      occupancy,
      added: orNone(step.added),
      removed: orNone(step.removed),
      refused: orNone(step.refused),
    };
    if (!changed) return { answer, delta: undefined };
    const members = [...step.touched].map((id) => this.shared(id));
    return { answer, delta: { version: this.version, members, subscriptions: this.total } };
  }
}

/** The answer where there is nothing to change. */
export function unchanged(version: number): Answer {
  return {
    change: '',
    isLost: false,
    version,
    momentUs: 0,
    occupancy: 'unchanged',
    added: NONE,
    removed: NONE,
    refused: NONE,
  };
}

/** Most lists of answers that are kept are empty. */
function orNone(ids: readonly string[]): readonly string[] {
  return ids.length === 0 ? NONE : ids;
}

function newStep(node: string, graceMs: number, dueAt: number): Step {
  return { node, graceMs, dueAt, added: [], removed: [], refused: [], touched: new Set() };
}
