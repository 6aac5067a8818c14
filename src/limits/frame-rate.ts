/** What of an app's settings bounds the frames of a connection. */
export interface FrameSettings {
  readonly maxMessagesPerSecond: number | null;
  readonly maxClientEventsPerSecond: number | null;
  readonly maxSubscriptionsPerConnection: number;
}

/** A rate of frames, and how many may come at once. */
export interface FrameRate {
  readonly perSecond: number;
  readonly burst: number;
}

/** How many frames a peer may still send. Whole numbers on the peer itself: there are very many of them. */
export interface RatedPeer {
  messagesLeft: number;
  /** Ping and pong frames, which count by themselves. */
  controlFramesLeft: number;
}

/**
 * How fast one connection may send. A client that comes back asks for all its subscriptions at once, so the burst has
 * room for them.
 *
 * @returns undefined where there is no limit
 */
export function frameRate(settings: FrameSettings): FrameRate | undefined {
  const { maxMessagesPerSecond, maxClientEventsPerSecond, maxSubscriptionsPerConnection } = settings;
  if (maxMessagesPerSecond === null) return undefined;
  const perSecond = maxMessagesPerSecond + (maxClientEventsPerSecond ?? 0);
  return { perSecond, burst: perSecond + maxSubscriptionsPerConnection };
}

/**
 * Adds what came in since a peer was last heard. Called when the second of the node's clock is another one, so counting
 * a frame is a subtraction, and one turn of the event loop, in which no second passes, never brings more than a burst.
 *
 * @param seconds that passed
 */
export function refillFrames(peer: RatedPeer, seconds: number, { perSecond, burst }: FrameRate): void {
  const more = seconds * perSecond;
  peer.messagesLeft = Math.min(burst, peer.messagesLeft + more);
  peer.controlFramesLeft = Math.min(burst, peer.controlFramesLeft + more);
}
