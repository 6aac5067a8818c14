/**
 * Which channels the connections of a group subscribe to. Connection i subscribes to each of the `names`, with `{n}`
 * replaced by i modulo `spread`: 1 means all share the same channels, as many as there are connections means that
 * each has its own.
 */
export interface ChannelPlan {
  readonly names: readonly string[];
  readonly spread: number;
  /**
   * Over how many HTTP connections the events of one channel are sent at the same time; 1 unless given. Servers keep
   * the order of what comes over one of them, and nobody knows another: each is a stream with numbers of its own.
   */
  readonly streams?: number;
  /** For presence channels: bytes of each member's `user_info`. */
  readonly userInfoBytes?: number;
  /** For presence channels: connections of one user, so that only the first of them joins; 1 unless given. */
  readonly connectionsPerUser?: number;
}

/** Digits of `{n}`: names of one pattern have one length, and so have their frames. */
const DIGITS = 7;

/** The number of a channel among those of the plan. */
export function channelNumber(plan: ChannelPlan, connection: number, nameIndex: number): number {
  return (connection % plan.spread) * plan.names.length + nameIndex;
}

/** The number of a stream of a channel, as it is in the stamps of its events. */
export function streamNumber(plan: ChannelPlan, channel: number, stream: number): number {
  return channel * (plan.streams ?? 1) + stream;
}

/** The name of a channel by its number. */
export function channelName(plan: ChannelPlan, number: number): string {
  const name = plan.names[number % plan.names.length] ?? '';
  const n = Math.floor(number / plan.names.length);
  return name.replace('{n}', String(n).padStart(DIGITS, '0'));
}

/** What a connection subscribes to. */
export function channelsOf(plan: ChannelPlan, connection: number): string[] {
  return plan.names.map((_, nameIndex) => channelName(plan, channelNumber(plan, connection, nameIndex)));
}

/** The `channel_data` of a connection on a presence channel. */
export function memberData(plan: ChannelPlan, connection: number): string {
  const userId = String(Math.floor(connection / (plan.connectionsPerUser ?? 1)));
  return JSON.stringify({ user_id: userId, user_info: { name: 'x'.repeat(plan.userInfoBytes ?? 20) } });
}
