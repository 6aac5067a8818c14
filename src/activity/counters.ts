/**
 * What has been counted since the start. Plain integers, since some are raised with every message; `metrics/` reads
 * them when it is asked.
 */
export class Counters {
  connectionsOpened = 0;
  /** By close code; 3000 stands for all that clients made up. */
  readonly connectionsClosed = new Map<number, number>();
  /** Handshakes answered with an error, by its code. */
  readonly handshakesRefused = new Map<number, number>();
  messagesReceived = 0;
  clientEvents = 0;
  subscriptions = 0;
  subscriptionsRefused = 0;
  /** Connections closed because they read too slowly. */
  slowConsumers = 0;
  /** Events triggered through the HTTP API, one for each channel. */
  triggers = 0;
  /** HTTP answers by status. */
  readonly httpResponses = new Map<number, number>();
  /** Catalogued events that were not as the catalogue has them, passed on or refused. */
  eventFaults = 0;
  /** Sockets of the payments hub that were opened, handshakes it refused, and frames it sent. */
  hubSocketsOpened = 0;
  hubRefused = 0;
  hubFrames = 0;
  /** Requests to the gateway and the hub that were answered as the same one shortly before. */
  gatewayDuplicates = 0;
  rateLimited = 0;
  idempotentReplays = 0;
  webhooksDelivered = 0;
  webhooksFailed = 0;
  /** Webhook events given up or never queued. */
  webhookEventsDropped = 0;
  /** Exceptions that one of the boundaries caught. */
  internalErrors = 0;

  static raise(counter: Map<number, number>, key: number): void {
    counter.set(key, (counter.get(key) ?? 0) + 1);
  }
}
