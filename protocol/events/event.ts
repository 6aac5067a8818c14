import type { z } from 'zod';

/** A family of applications; an app names those it uses. */
export const SYSTEMS = ['credits', 'hosting', 'payments'] as const;
export type System = (typeof SYSTEMS)[number];

/**
 * `stable`: an application sends it. `draft`: named or listened to, but nothing is known to send it yet.
 * `deprecated`: of the older Socket.IO server, with a replacement.
 */
export type Status = 'stable' | 'draft' | 'deprecated';

/** Who sends an event. */
export type Producer = 'laravel-broadcast' | 'legacy-http' | 'legacy-socket' | 'hub';

/**
 * Where another name of an event counts: an event of the older Socket.IO server, a frame's type on the payments hub, a
 * Laravel class (`X` is `App\Events\X` on the wire), the `type` inside a payload, or a name that clients listen to and
 * nobody sends.
 */
export const ALIAS_KINDS = ['socket.io', 'hub', 'class', 'type', 'listener'] as const;
export type AliasKind = (typeof ALIAS_KINDS)[number];

/** A dotted path into a value, or several of which the first that is there counts. */
export type Path = string | readonly string[];

/** A channel that an event goes to. */
export interface EventChannel {
  /** As in the channel rules: `private-user.{id}`; at most one parameter, at the end. */
  readonly pattern: string;
  /** Where the parameter's value stands. */
  readonly from?: Path;
  /** In which value `from` stands; the payload unless said: the request to the gateway, or only the producer's records. */
  readonly of?: 'request' | 'producer';
  /** Without its value the channel is left out rather than missed. */
  readonly optional?: true;
  /** Only when this field of the value has this text. */
  readonly when?: { readonly path: string; readonly is: string };
  /** Only when one of these sends it; all unless said. */
  readonly by?: readonly Producer[];
  /** An older application sends it here; new ones should not. */
  readonly legacy?: true;
}

/** How an event comes about. */
export interface Production {
  readonly by: Producer;
  /** What makes it happen, in one line. */
  readonly trigger: string;
  /** Laravel sends it at once rather than through its queue. */
  readonly immediate?: true;
  /** Of the gateway or the hub: `/credit-notification`. */
  readonly endpoint?: string;
  /** The request's field that selects this event. */
  readonly when?: { readonly field: string; readonly is: string };
  /** What becomes of the request's body on the way to the payload. */
  readonly transform?: string;
}

/** Who may send an event from a client, as `client-{name}` unless the name begins with `client-`. */
export interface ClientUse {
  /** Pattern of the channels it may be sent on. */
  readonly channel: string;
  /** Any member of the channel, or the one whose user id is the channel's parameter. */
  readonly sender: 'member' | 'parameter';
  /** At most, from one connection. */
  readonly perSecond: number;
}

/**
 * `public`: may stand on a public channel. `personal`: names a person, or money. `secret`: a credential; never on a
 * channel that several people share, never in a log.
 */
export type Sensitivity = 'public' | 'personal' | 'secret';

export type Role =
  | 'cobrador'
  | 'manager'
  | 'admin'
  | 'client'
  | 'creator'
  | 'owner'
  | 'staff'
  | 'super-admin'
  | 'payer'
  | 'recipient'
  | 'everyone';

/** An entry of the catalogue: a business event, whatever its payload's type. */
export interface CatalogueEvent {
  /** Canonical: the name on the wire of Pusher's protocol. */
  readonly name: string;
  readonly system: System;
  /** Of the payload; raised when a change is not an addition. */
  readonly version: number;
  readonly status: Status;
  readonly aliases: Readonly<Partial<Record<AliasKind, readonly string[]>>>;
  readonly channels: readonly EventChannel[];
  /** To all of its channels, or to the first that has a value. */
  readonly goesTo: 'all' | 'first';
  readonly receivers: readonly Role[];
  /** An object that keeps unknown keys, or a union of such, the newest first. */
  readonly payload: z.ZodType;
  readonly produced: readonly Production[];
  /** Undefined: clients may not send it. */
  readonly client: ClientUse | undefined;
  readonly sensitivity: Sensitivity;
  /** A valid payload; further ones for the other members of a union. */
  readonly examples: readonly [unknown, ...unknown[]];
  /** One line each. */
  readonly docs: { readonly en: string; readonly es: string };
  /** What a reader has to know of what applications get wrong. */
  readonly notes: readonly string[];
  /** Of a deprecated entry: what to use now. */
  readonly replacedBy: string | undefined;
}

type Optional =
  'goesTo' | 'version' | 'status' | 'aliases' | 'client' | 'notes' | 'replacedBy' | 'payload' | 'examples';

/** An entry as it is written down; the compiler holds its examples to its payload. */
export interface EventDefinition<P extends z.ZodType>
  extends
    Omit<CatalogueEvent, Optional>,
    Partial<Omit<Pick<CatalogueEvent, Optional>, 'payload' | 'examples'>> {
  readonly payload: P;
  readonly examples: readonly [z.input<P>, ...z.input<P>[]];
}

/** Writes an entry down: stable, in its first version and without aliases unless it says otherwise. */
export function defineEvent<P extends z.ZodType>(definition: EventDefinition<P>): CatalogueEvent {
  return Object.freeze({
    version: 1,
    status: 'stable',
    aliases: {},
    goesTo: 'all',
    client: undefined,
    notes: [],
    replacedBy: undefined,
    ...definition,
  });
}
