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
  /** What the operator may want to look at. */
  readonly doubt?: Doubt | undefined;
}

/** A request that is answered as the older server did, and may not do what its caller means. */
export interface Doubt {
  /** A constant of the program, as the log has it. */
  readonly kind: string;
  /** Details, and a `hint` where one is known. */
  readonly fields: object;
}

/** Nobody is told, since the action is none that is known here. */
export function unknownAction(action: string, events: ReadonlyMap<string, unknown>): Doubt {
  return {
    kind: 'notification with an unknown action: nobody is told',
    fields: { action, known: [...events.keys()] },
  };
}

/** Nobody is told where a body names nobody to tell. */
export function unlessTold(notices: readonly Notice[], who: string): Doubt | undefined {
  if (notices.length > 0) return undefined;
  return {
    kind: 'notification without people: nobody is told',
    fields: { hint: `the body needs ${who}` },
  };
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
