import { encodeMemberRemoved } from '../../../protocol/server-codec.js';
import type { Channel } from '../../channels/channel.js';
import type { Connection, PendingSubscription } from '../connection.js';

/** Ends a subscription; a channel that is not subscribed is passed over in silence (SUB-7). */
export function unsubscribe(connection: Connection, name: string): void {
  const pending = connection.pending?.get(name);
  if (pending !== undefined) endWaiting(connection, name, pending);
  if (connection.impliedChannel === name) connection.impliedChannel = undefined;
  const channel = connection.subscriptions.get(name);
  if (channel !== undefined) leaveChannel(connection, channel);
}

/** Ends all subscriptions of a connection that closes. */
export function leaveAllChannels(connection: Connection): void {
  for (const [name, pending] of connection.pending ?? []) endWaiting(connection, name, pending);
  for (const channel of connection.subscriptions.values()) leaveChannel(connection, channel);
}

/** What still waits for the other nodes leaves them at once: one that they were not told of yet never happened. */
function endWaiting(connection: Connection, name: string, pending: PendingSubscription): void {
  const { app, source } = connection;
  connection.pending?.delete(name);
  app.cluster?.leave(app.app.id, name, pending.member?.id, pending, source);
}

function leaveChannel(connection: Connection, channel: Channel): void {
  const { app, source } = connection;
  const { name, topic } = channel;
  connection.subscriptions.delete(name);
  connection.socket.unsubscribe(topic);

  const member = connection.memberships?.get(name);
  if (member !== undefined) {
    connection.memberships?.delete(name);
    if (app.cluster === undefined && app.presence.leave(name, member.id)) {
      // PRES-5: after the last connection of the user, and not to the one that leaves.
      app.channels.broadcast(name, encodeMemberRemoved(name, member.id));
      app.activity.emit({
        type: 'MemberRemoved',
        appId: app.app.id,
        channel: name,
        userId: member.id,
        source,
      });
    }
  }
  app.channels.vacate(channel, source);
  if (app.cluster !== undefined) app.cluster.leave(app.app.id, name, member?.id, undefined, source);
  else if (app.app.settings.subscriptionCount && channel.subscriptionCount > 0) {
    app.subscriptionCounts.update(channel, channel.subscriptionCount, source);
  }
}
