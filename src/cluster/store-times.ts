/** Times that every store keeps, in milliseconds. */

/** How long a first answer is kept for a repeat, once a node or channel is gone. */
export const LINGER_MS = 120_000;

/** How much later than its grace a drop's leave is answered again: by then whoever asked has released it, or is dead. */
export const HEIR_MS = 5000;

/** How long a dead node is remembered, so that what it writes late is found and removed. */
export const GRAVE_MS = 600_000;

/**
 * When no node beat for this long, the store was not to be reached: silence is counted anew from then on. Longer than
 * the time between two beats, and together with it shorter than the silence that counts as death.
 */
export const STORE_GAP_MS = 4000;

/** For how long after the epoch changed nodes that miss something in the store do not change it again. */
export const LOSS_MS = 5000;

/** After the store lost something, all living nodes have restated what they have by then. */
export const SETTLE_MS = 2700;
