import {
  channelNameProblem,
  channelPolicy,
  serverToUserChannel,
  type ChannelPolicy,
} from '../../../protocol/channel-name.js';
import { ErrorCode } from '../../../protocol/error-codes.js';
import { parseMemberData } from '../../../protocol/member-data.js';
import type { MemberData, SubscribeMessage } from '../../../protocol/messages.js';
import { ProtocolError, SubscriptionError } from '../../../protocol/protocol-error.js';
import {
  encodeCacheMiss,
  encodeEvent,
  encodeMemberAdded,
  encodeSubscriptionCount,
  encodeSubscriptionSucceeded,
} from '../../../protocol/server-codec.js';
import { isChannelAuthValid, parseAuthToken } from '../../../protocol/signatures.js';
import type { Channel } from '../../channels/channel.js';
import type { Cluster } from '../../cluster/cluster.js';
import { ChannelFull, replicaKind } from '../../cluster/channels/channel-replica.js';
import { takeAtPace } from '../../limits/pace.js';
import type { Connection, PendingSubscription } from '../connection.js';
import type { ConnectionServices } from '../services.js';

/** Signatures in error texts are cut here. */
const SHOWN_LENGTH = 100;

/** A subscription that was granted. */
interface Grant {
  readonly name: string;
  readonly policy: ChannelPolicy;
  /** Of a presence channel only. */
  readonly member: MemberData | undefined;
}

/**
 * Subscribes a connection to a channel (PROTOCOL.md SUB-1 to SUB-6). It hears `subscription_succeeded`, then the cached
 * event or `cache_miss`, then what happens from now on.
 *
 * @returns undefined when it stands at once, otherwise when it stands on the other nodes too
 * @throws SubscriptionError when it is refused, also as a rejection
 */
export function subscribe(
  connection: Connection,
  message: SubscribeMessage,
  services: ConnectionServices,
): Promise<void> | undefined {
  const { app } = connection;
  const { channel: name } = message;
  const { settings } = app.app;
  takeFromRate(connection, name, services);

  const problem = channelNameProblem(name, settings.maxChannelNameLength);
  if (problem !== undefined) throw new SubscriptionError(name, 'InvalidChannel', 400, problem);
  const policy = channelPolicy(name);
  authorize(connection, message, policy);

  const pending = connection.pending?.get(name);
  if (connection.isSubscribed(name) || pending !== undefined) {
    if (connection.impliedChannel === name) {
      // USER-4: answered as if sign-in had not subscribed to it.
      checkLimits(connection, name, undefined);
      connection.impliedChannel = undefined;
    } else if (settings.duplicateSubscription === 'error') {
      throw new ProtocolError(`Existing subscription to channel ${name}`);
    }
    // SUB-6: answered again, and nothing else happens.
    if (pending === undefined) sendSucceeded(connection, name, policy);
    else pending.requests++;
    return undefined;
  }

  const member = policy.presence ? readMember(connection, message) : undefined;
  checkLimits(connection, name, member);
  if (member !== undefined) takeJoin(connection, name, member, services);
  if (policy.guarded) connection.isAuthorized = true;
  return enter(connection, { name, policy, member }, services, 1);
}

/**
 * Subscribes a connection to the channel of the user who signed in on it, without an answer (USER-4). The client's own
 * subscription, which follows, is answered as always and counts for the limits from then on.
 *
 * @returns undefined when it stands, otherwise when it does
 * @throws SubscriptionError when the connection subscribes too fast
 */
export function subscribeUser(
  connection: Connection,
  userId: string,
  services: ConnectionServices,
): Promise<void> | undefined {
  const name = serverToUserChannel(userId);
  if (connection.isSubscribed(name)) return undefined;
  const pending = connection.pending?.get(name);
  if (pending !== undefined) return pending.done;
  takeFromRate(connection, name, services);
  connection.impliedChannel = name;
  return enter(connection, { name, policy: channelPolicy(name), member: undefined }, services, 0);
}

/** @param answers how often the client hears that it succeeded */
function enter(
  connection: Connection,
  grant: Grant,
  services: ConnectionServices,
  answers: number,
): Promise<void> | undefined {
  const { cluster } = connection.app;
  if (cluster === undefined) {
    complete(connection, grant, services, answers);
    return undefined;
  }
  const pending: PendingSubscription = { member: grant.member, requests: answers, done: undefined };
  const entering = enterCluster(cluster, connection, grant, pending);
  if (entering === undefined) {
    complete(connection, grant, services, answers);
    return undefined;
  }
  pending.done = completeLater(connection, grant, services, pending, entering);
  return pending.done;
}

/**
 * Tells the other nodes.
 *
 * @returns undefined when there is nothing to wait for
 */
function enterCluster(
  cluster: Cluster,
  { app, source }: Connection,
  { name, policy, member }: Grant,
  waiting: PendingSubscription,
): Promise<void> | undefined {
  const { id, settings } = app.app;
  const kind = replicaKind(policy, settings);
  try {
    return cluster.enter(id, name, { kind, cached: policy.cached, source }, member, waiting);
  } catch (error) {
    throw error instanceof ChannelFull ? channelFull(name, error.members) : error;
  }
}

async function completeLater(
  connection: Connection,
  grant: Grant,
  services: ConnectionServices,
  pending: PendingSubscription,
  entering: Promise<void>,
): Promise<void> {
  const { name } = grant;
  const waiting = (connection.pending ??= new Map<string, PendingSubscription>());
  waiting.set(name, pending);
  // Unsubscribed or closed meanwhile, and perhaps subscribed anew: then it has left the other nodes already.
  const isWanted = () => connection.pending?.get(name) === pending;
  try {
    await entering;
  } catch (error) {
    if (!isWanted()) return;
    connection.pending.delete(name);
    throw error instanceof ChannelFull ? channelFull(name, error.members) : error;
  }
  if (!isWanted()) return;
  connection.pending.delete(name);
  complete(connection, grant, services, pending.requests);
}

function complete(
  connection: Connection,
  { name, policy, member }: Grant,
  services: ConnectionServices,
  answers: number,
): void {
  const { app, source } = connection;
  const channel = app.channels.occupy(name, source);
  connection.subscriptions.set(name, channel);
  if (member !== undefined) joinPresence(connection, name, member);

  for (let answer = 0; answer < answers; answer++) sendSucceeded(connection, name, policy);
  if (policy.cached) sendCached(connection, name, services);
  // From here on the socket hears the channel; what was published before is not for it.
  connection.socket.subscribe(channel.topic);
  app.channels.began(channel, connection);
  services.counters.subscriptions++;
  if (services.log.isDebug) {
    const { socketId } = connection;
    const fields = { app: app.app.id, channel: name, subscriptions: channel.subscriptionCount, socketId };
    services.log.debug(fields, 'subscribed');
  }
  if (!app.app.settings.subscriptionCount) return;
  if (app.cluster !== undefined) sendCount(connection, channel, app.cluster.subscriptions(app.app.id, name));
  else if (!app.subscriptionCounts.update(channel, channel.subscriptionCount, source))
    sendCount(connection, channel, channel.subscriptionCount);
}

/** So many seconds' subscriptions may come at once: a page that opens, or everybody after a restart. */
const BURST_SECONDS = 10;

/** SUB-8: before anything else is done for it. */
function takeFromRate(
  connection: Connection,
  channel: string,
  { clock, counters }: ConnectionServices,
): void {
  const { maxSubscriptionsPerSecond: rate, maxSubscriptionsPerConnection } = connection.app.app.settings;
  if (rate === null) return;
  const burst = Math.max(rate * BURST_SECONDS, maxSubscriptionsPerConnection);
  const until = takeAtPace(connection.subscribedUntilMs, rate, burst, clock.monotonic());
  if (until !== undefined) {
    connection.subscribedUntilMs = until;
    return;
  }
  counters.rateLimited++;
  throw tooFast(channel, `This connection asks for more than ${rate} subscriptions per second`);
}

/**
 * PRES-7: all others in the channel hear of each join and of each leave. Whoever is there already comes unnoticed, and
 * leaving is always allowed.
 */
function takeJoin(
  connection: Connection,
  channel: string,
  { id }: MemberData,
  { clock, counters }: ConnectionServices,
): void {
  const { app } = connection;
  const {
    maxPresenceJoinsPerSecond: perSecond,
    maxPresenceJoinsPerMinute: perMinute,
    maxSubscriptionsPerConnection,
  } = app.app.settings;
  if (app.members(channel).has(id)) return;
  const nowMs = clock.monotonic();
  if (perSecond !== null) {
    const burst = Math.max(perSecond * BURST_SECONDS, maxSubscriptionsPerConnection);
    const until = takeAtPace(connection.joinedUntilMs, perSecond, burst, nowMs);
    if (until === undefined) {
      counters.rateLimited++;
      throw tooFast(channel, `This connection joins more than ${perSecond} presence channels per second`);
    }
    connection.joinedUntilMs = until;
  }
  // Names of channels have no spaces.
  if (perMinute === null || app.joins.take(`${channel} ${id}`, perMinute / 60, perMinute, nowMs)) return;
  counters.rateLimited++;
  throw tooFast(channel, `This user joins ${channel} more than ${perMinute} times per minute`);
}

function tooFast(channel: string, text: string): SubscriptionError {
  return new SubscriptionError(channel, 'LimitReached', 429, text, text, ErrorCode.ClientEventRejected);
}

/** AUTH-1 to AUTH-4, USER-4 */
function authorize(connection: Connection, message: SubscribeMessage, policy: ChannelPolicy): void {
  const { channel, auth, channelData } = message;
  const refuse = (text: string, logged = text) =>
    new SubscriptionError(channel, 'AuthError', 401, text, logged);

  if (policy.serverToUser) {
    const { user } = connection;
    if (user !== undefined && channel === serverToUserChannel(user.id)) return;
    throw refuse(`Channel ${channel} is only for connections signed in as that user`);
  }
  if (!policy.guarded) return;
  if (auth === '') throw refuse(`Auth info required to subscribe to ${channel}`);
  const token = parseAuthToken(auth);
  if (token === undefined) {
    throw refuse(`Auth value for subscription to ${channel} is invalid: should be of format 'key:signature'`);
  }
  const { app } = connection.app;
  const key = app.keys.get(token.key);
  if (key === undefined) {
    const what = 'Invalid key in subscription auth data';
    const named = `${what}: '${token.key.slice(0, SHOWN_LENGTH)}'`;
    throw refuse(named, app.isSecret(token.key) ? `${what}: it is the app's secret` : named);
  }
  if (!isChannelAuthValid(key.sign, token.signature, connection.socketId, channel, channelData)) {
    const data = channelData === '' ? '' : ':<channel_data>';
    const what = `Invalid signature: Expected HMAC SHA256 hex digest of ${connection.socketId}:${channel}${data}`;
    throw refuse(`${what}, but got ${token.signature.slice(0, SHOWN_LENGTH)}`, what);
  }
}

/** PRES-1: the member that `channel_data` names, or else the signed-in user. */
function readMember(connection: Connection, { channel, channelData }: SubscribeMessage): MemberData {
  if (channelData === '') {
    const { user } = connection;
    if (user !== undefined) return { id: user.id, info: user.info };
    throw new SubscriptionError(
      channel,
      'AuthError',
      401,
      `${channel} is a presence channel and subscription must include channel_data`,
    );
  }
  const parsed = parseMemberData(channelData, connection.app.app.memberLimits);
  if (parsed.ok) return parsed.value;
  throw parsed.limit
    ? new SubscriptionError(channel, 'LimitReached', 413, parsed.problem)
    : new SubscriptionError(channel, 'AuthError', 401, parsed.problem);
}

function checkLimits(connection: Connection, channel: string, member: MemberData | undefined): void {
  const { app, subscriptions, pending, impliedChannel } = connection;
  const { maxSubscriptionsPerConnection, maxPresenceMembers } = app.app.settings;
  const implied = impliedChannel === undefined ? 0 : 1;
  const count = subscriptions.size + (pending?.size ?? 0) - implied;
  if (count >= maxSubscriptionsPerConnection) {
    throw new SubscriptionError(
      channel,
      'LimitReached',
      403,
      `This connection has ${count} subscriptions, as many as maxSubscriptionsPerConnection allows`,
    );
  }
  if (member === undefined) return;
  const members = app.members(channel);
  if (members.size >= maxPresenceMembers && !members.has(member.id)) throw channelFull(channel, members.size);
}

function channelFull(channel: string, members: number): SubscriptionError {
  const text = `${channel} has ${members} members, as many as maxPresenceMembers allows`;
  return new SubscriptionError(channel, 'LimitReached', 403, text);
}

/** PRES-4: the others hear of a new member before his own socket hears the channel. */
function joinPresence(connection: Connection, name: string, member: MemberData): void {
  const { app, source } = connection;
  connection.joinPresence(name, member);
  // Otherwise the others heard of him when he was known to all nodes.
  if (app.cluster !== undefined || !app.presence.join(name, member)) return;
  app.channels.broadcast(name, encodeMemberAdded(name, member));
  app.activity.emit({ type: 'MemberAdded', appId: app.app.id, channel: name, userId: member.id, source });
}

function sendSucceeded({ app, socket }: Connection, name: string, policy: ChannelPolicy): void {
  socket.send(policy.presence ? app.snapshot(name) : encodeSubscriptionSucceeded(name));
}

/** COUNT-1: the others are told when all nodes know; what is known already, he is told alone. */
function sendCount({ socket }: Connection, { name, policy }: Channel, count: number): void {
  if (count === 0 || policy.presence || policy.serverToUser || policy.encrypted) return;
  socket.send(encodeSubscriptionCount(name, count));
}

/** CACHE-2 */
function sendCached(
  { app, socket, source }: Connection,
  name: string,
  { cache, activity }: ConnectionServices,
): void {
  const cached = cache.get(app.app.id, name);
  if (cached !== undefined) {
    socket.send(encodeEvent(cached.event, name, cached.data));
    return;
  }
  socket.send(encodeCacheMiss(name));
  activity.emit({ type: 'CacheMissed', appId: app.app.id, channel: name, source });
}
