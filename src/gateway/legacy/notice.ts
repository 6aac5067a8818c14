import { aliasesOf, type CatalogueEvent } from '../../../protocol/events/index.js';

/** One event on one channel, as the older server's callers ask for it. */
export interface Notice {
  readonly channel: string;
  readonly event: string;
  /** Its name on the older server; undefined where it had no other. */
  readonly alias: string | undefined;
  /** JSON text. */
  readonly data: string;
}

/** What a request asks for: what is to be sent, and the answer. */
export interface Plan {
  readonly notices: readonly Notice[];
  /** @param sent whether anybody is subscribed to one of the notices' channels now */
  readonly answer: (sent: boolean) => object;
  /** What the operator may want to look at; logged once in a while. */
  readonly doubt?: string | undefined;
}

/** A catalogued event on a channel, under the name that the older server gave it. */
export function notice(
  event: CatalogueEvent,
  channel: string,
  data: string,
  alias = aliasesOf(event, 'socket.io')[0],
): Notice {
  return { channel, event: event.name, alias, data };
}
