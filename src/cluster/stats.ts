/** What has been counted since the start; `metrics/` reads it. */
export class ClusterStats {
  messagesSent = 0;
  messagesReceived = 0;
  /** Published while the bus was away. */
  messagesUndelivered = 0;
  /** Came twice and were passed over. */
  duplicates = 0;
  /**
   * Interruptions of another node's messages after which some could not be had again: one for each, whatever the number of
   * topics and messages.
   */
  gaps = 0;
  resendsAsked = 0;
  takeOvers = 0;
  /** Times that this node was given up by the others and came back. */
  returns = 0;
  /** Times that the store was found emptied. */
  emptied = 0;
  /** Between sending and receiving of the latest message, by both nodes' clocks; for the metric alone. */
  busLagMs = 0;
  degradedSinceMs: number | undefined = undefined;
  degradedMs = 0;
}
