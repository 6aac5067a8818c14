import type { MemberData, UserData } from '../../protocol/messages.js';
import type { SocketId } from '../../protocol/socket-id.js';
import type { Channel } from '../channels/channel.js';
import type { Subscriber } from '../channels/channels.js';
import type { RatedPeer } from '../limits/frame-rate.js';
import { publicNetworkOf } from '../limits/network.js';
import type { TokenBucket } from '../limits/token-bucket.js';
import type { LocalApp } from './local-app.js';
import type { Socket } from './socket.js';

/** A subscription that is granted and will stand in a moment. */
export interface PendingSubscription {
  /** Whom it is to stand for in a presence channel. */
  readonly member: MemberData | undefined;
  /** How often the client asked for it; 0 where its sign-in alone did. */
  requests: number;
  /** Fulfilled when it stands or is given up; set as soon as it waits. */
  done: Promise<void> | undefined;
}

/**
 * One client on one transport. A plain record: there may be a hundred thousand of them, so what only some need is made
 * when they need it, and none has a timer.
 */
export class Connection implements Subscriber, RatedPeer {
  readonly subscriptions = new Map<string, Channel>();
  /** Whom this connection stands for in each presence channel. */
  memberships: Map<string, MemberData> | undefined = undefined;
  /** Subscriptions that wait for the other nodes, by channel. */
  pending: Map<string, PendingSubscription> | undefined = undefined;
  /** Who signed in. */
  user: UserData | undefined = undefined;
  /** The user's own channel while sign-in alone subscribed to it, and the client has not (USER-4). */
  impliedChannel: string | undefined = undefined;
  /** Signed in, or subscribed to a private or presence channel (CONN-8). */
  isAuthorized = false;
  private knownSource: string | undefined = undefined;
  /** Nothing more is taken from or sent to it. */
  isClosing = false;
  /** Up to when the subscriptions it asked for are spread at their allowed rate, in milliseconds of the node's clock. */
  subscribedUntilMs = 0;
  /** As {@link subscribedUntilMs}, of the presence channels it joined as somebody who was not in them. */
  joinedUntilMs = 0;
  messagesLeft: number;
  controlFramesLeft: number;
  clientEventBudget: TokenBucket | undefined = undefined;
  messageBudget: TokenBucket | undefined = undefined;
  /** Of catalogued events that it sends, by name. */
  eventBudgets: Map<string, TokenBucket> | undefined = undefined;

  constructor(
    readonly app: LocalApp,
    readonly socket: Socket,
    readonly socketId: SocketId,
    /** Seconds of the node's clock when it was opened, and when anything was last heard from it. */
    readonly openedAt: number,
    public lastHeardAt: number = openedAt,
  ) {
    this.messagesLeft = this.controlFramesLeft = app.frameRate?.burst ?? 0;
  }

  /**
   * Who is behind it, for what is shared out fairly among those who caused it: the client's network, or its socket id where
   * the address is that of a proxy on a private network. Undefined where the app has no webhooks and nobody asks.
   */
  get source(): string | undefined {
    if (this.app.app.settings.webhooks.length === 0) return undefined;
    // Kept, since a socket that is closed has no address any more.
    return (this.knownSource ??= publicNetworkOf(this.socket.address) ?? this.socketId);
  }

  isSubscribed(channel: string): boolean {
    return this.subscriptions.has(channel);
  }

  joinPresence(channel: string, member: MemberData): void {
    this.memberships ??= new Map();
    this.memberships.set(channel, member);
  }
}
