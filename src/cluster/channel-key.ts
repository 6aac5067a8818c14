/** The key of a channel in the cluster. App ids hold no slash, so keys of two apps never meet. */
export function channelKey(appId: string, channel: string): string {
  return `${appId}/${channel}`;
}

export function splitKey(key: string): { appId: string; name: string } {
  const slash = key.indexOf('/');
  return { appId: key.slice(0, slash), name: key.slice(slash + 1) };
}

/** A user who is signed in on a node is a channel with subscriptions there; no other channel's name holds a slash. */
export function userChannel(userId: string): string {
  return `#user/${userId}`;
}

/** The user of a {@link userChannel}; undefined for any other name. */
export function userOfChannel(channel: string): string | undefined {
  return channel.startsWith('#user/') ? channel.slice('#user/'.length) : undefined;
}

/** The channel whose subscriptions are all connections to an app. */
export const CONNECTIONS_CHANNEL = '#connections';

/** Nothing is published on these: they only stand in the store. */
export function isUnheardChannel(channel: string): boolean {
  return channel === CONNECTIONS_CHANNEL || userOfChannel(channel) !== undefined;
}

/** Channels of users are nobody's business: they are in no list and no webhook. */
export function isHiddenChannel(channel: string): boolean {
  return channel.startsWith('#');
}
