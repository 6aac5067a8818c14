/** What a node knows of the connections of all nodes to an app. */
export interface KnownConnections {
  /** Whether the store has answered since this node has connections. */
  readonly isKnown: boolean;
  /** Connections of this node that the store may not know of yet. */
  readonly untold: number;
  /** Connections of the other nodes: at least and at most, while a change of this node may be in the total or not yet. */
  readonly othersMin: number;
  readonly othersMax: number;
}

/** Whether one more connection fits a limit: it does, it is to ask again in a moment, or the limit is reached. */
export type Room = 'free' | 'unsure' | 'full';

const NOTHING: KnownConnections = { isKnown: false, untold: 0, othersMin: 0, othersMax: 0 };

/** Before a node knows what the others have, all nodes together may take this part of the limit. */
const UNKNOWN_PART = 100;

/**
 * Decides on one more connection without waiting for anybody. What is free is shared out evenly. Until the store knows of its
 * last connections, a node takes half of its share, and one where that is less: others may be slower to tell of theirs, or
 * have joined just now.
 *
 * @param limit connections of all nodes
 * @param own connections of this node
 * @param known undefined where this node has none that are shared
 * @param nodes that live, with this one; 0 while the others cannot be reached
 */
export function roomFor(
  limit: number,
  own: number,
  known: KnownConnections | undefined,
  nodes: number,
): Room {
  if (own >= limit) return 'full';
  const { isKnown, untold, othersMin, othersMax } = known ?? NOTHING;
  if (nodes === 0) return own + othersMax < limit ? 'free' : 'unsure';
  if (own + othersMin >= limit) return 'full';
  if (own + othersMax >= limit) return 'unsure';
  const rest = limit - othersMax - (own - untold);
  const share = isKnown ? rest / (2 * Math.max(nodes, 2)) : limit / (UNKNOWN_PART * nodes);
  return untold < Math.max(1, Math.floor(share)) ? 'free' : 'unsure';
}
