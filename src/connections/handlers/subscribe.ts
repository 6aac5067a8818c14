import {
  channelNameProblem,
  channelPolicy,
  serverToUserChannel,
  type ChannelPolicy,
} from '../../../protocol/channel-name.js';
import { parseMemberData } from '../../../protocol/member-data.js';
import type { MemberData, SubscribeMessage } from '../../../protocol/messages.js';
import { ProtocolError, SubscriptionError } from '../../../protocol/protocol-error.js';
import {
  encodeCacheMiss,
  encodeEvent,
  encodeMemberAdded,
  encodePresenceSucceeded,
  encodeSubscriptionSucceeded,
} from '../../../protocol/server-codec.js';
import { isChannelAuthValid, parseAuthToken } from '../../../protocol/signatures.js';
import type { Connection } from '../connection.js';
import type { ConnectionServices } from '../services.js';

/** Signatures in error texts are cut here. */
const SHOWN_LENGTH = 100;

/**
 * Subscribes a connection to a channel (PROTOCOL.md SUB-1 to SUB-6). It hears `subscription_succeeded`, then the cached
 * event or `cache_miss`, then what happens from now on.
 *
 * @throws SubscriptionError when it is refused
 */
export function subscribe(
  connection: Connection,
  message: SubscribeMessage,
  services: ConnectionServices,
): void {
  const { app } = connection;
  const { channel: name } = message;
  const { settings } = app.app;

  const problem = channelNameProblem(name, settings.maxChannelNameLength);
  if (problem !== undefined) throw new SubscriptionError(name, 'InvalidChannel', 400, problem);
  const policy = channelPolicy(name);
  authorize(connection, message, policy);

  if (connection.isSubscribed(name)) {
    // SUB-6: answered again, and nothing else happens.
    if (settings.duplicateSubscription === 'error') {
      throw new ProtocolError(`Existing subscription to channel ${name}`);
    }
    sendSucceeded(connection, name, policy);
    return;
  }

  const member = policy.presence ? readMember(connection, message) : undefined;
  checkLimits(connection, name, member);
  const channel = app.channels.occupy(name);
  connection.subscriptions.set(name, channel);
  if (policy.guarded) connection.isAuthorized = true;
  if (member !== undefined) joinPresence(connection, name, member);

  sendSucceeded(connection, name, policy);
  if (policy.cached) sendCached(connection, name, services);
  // From here on the socket hears the channel; what was published before is not for it.
  connection.socket.subscribe(channel.topic);
  services.counters.subscriptions++;
  if (settings.subscriptionCount) app.subscriptionCounts.update(channel);
}

/** AUTH-1 to AUTH-4, USER-4 */
function authorize(connection: Connection, message: SubscribeMessage, policy: ChannelPolicy): void {
  const { channel, auth, channelData } = message;
  const refuse = (text: string) => new SubscriptionError(channel, 'AuthError', 401, text);

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
  const key = connection.app.app.keys.get(token.key);
  if (key === undefined) {
    throw refuse(`Invalid key in subscription auth data: '${token.key.slice(0, SHOWN_LENGTH)}'`);
  }
  if (!isChannelAuthValid(key.sign, token.signature, connection.socketId, channel, channelData)) {
    const data = channelData === '' ? '' : ':<channel_data>';
    throw refuse(
      `Invalid signature: Expected HMAC SHA256 hex digest of ${connection.socketId}:${channel}${data}, but got ${token.signature.slice(0, SHOWN_LENGTH)}`,
    );
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
  const { app, subscriptions } = connection;
  const { maxSubscriptionsPerConnection, maxPresenceMembers } = app.app.settings;
  const refuse = (text: string) => new SubscriptionError(channel, 'LimitReached', 403, text);

  if (subscriptions.size >= maxSubscriptionsPerConnection) {
    throw refuse(
      `This connection has ${subscriptions.size} subscriptions, as many as maxSubscriptionsPerConnection allows`,
    );
  }
  if (member === undefined) return;
  const members = app.presence.members(channel);
  if (members.size >= maxPresenceMembers && !members.has(member.id)) {
    throw refuse(`${channel} has ${members.size} members, as many as maxPresenceMembers allows`);
  }
}

/** PRES-4: the others hear of a new member before his own socket hears the channel. */
function joinPresence(connection: Connection, name: string, member: MemberData): void {
  const { app } = connection;
  connection.joinPresence(name, member);
  if (!app.presence.join(name, member)) return;
  app.channels.broadcast(name, encodeMemberAdded(name, member));
  app.activity.emit({ type: 'MemberAdded', appId: app.app.id, channel: name, userId: member.id });
}

function sendSucceeded({ app, socket }: Connection, name: string, policy: ChannelPolicy): void {
  socket.send(
    policy.presence
      ? encodePresenceSucceeded(name, app.presence.members(name).values())
      : encodeSubscriptionSucceeded(name),
  );
}

/** CACHE-2 */
function sendCached(
  { app, socket }: Connection,
  name: string,
  { cache, activity }: ConnectionServices,
): void {
  const cached = cache.get(app.app.id, name);
  if (cached !== undefined) {
    socket.send(encodeEvent(cached.event, name, cached.data));
    return;
  }
  socket.send(encodeCacheMiss(name));
  activity.emit({ type: 'CacheMissed', appId: app.app.id, channel: name });
}
