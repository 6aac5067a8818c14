/**
 * What happened on this node, as facts in the past tense. Webhooks, metrics and the console listen; who makes a fact
 * known does not know them.
 */
export type Activity = Fact & Circumstances;

/** When something happened, and by whom. */
export interface Circumstances {
  /**
   * Microseconds since 1970, later than those of every earlier change of the channel on any node. Undefined where this node
   * is alone or nothing is changed: it happened just now.
   */
  readonly momentUs?: number;
  /** Who caused it: a client's network, or its socket id where a proxy hides that; undefined where it was no client. */
  readonly source?: string | undefined;
}

type Fact =
  | { readonly type: 'ChannelOccupied'; readonly appId: string; readonly channel: string }
  | { readonly type: 'ChannelVacated'; readonly appId: string; readonly channel: string }
  | {
      readonly type: 'MemberAdded';
      readonly appId: string;
      readonly channel: string;
      readonly userId: string;
    }
  | {
      readonly type: 'MemberRemoved';
      readonly appId: string;
      readonly channel: string;
      readonly userId: string;
    }
  | {
      readonly type: 'ClientEventSent';
      readonly appId: string;
      readonly channel: string;
      readonly event: string;
      readonly data: string;
      readonly socketId: string;
      readonly userId: string | undefined;
    }
  | { readonly type: 'CacheMissed'; readonly appId: string; readonly channel: string }
  | {
      readonly type: 'SubscriptionCountChanged';
      readonly appId: string;
      readonly channel: string;
      readonly count: number;
    };

export type ActivityListener = (activity: Activity) => void;

/** Hands each fact to every listener, in order, at once. */
export class ActivityEmitter {
  private readonly listeners = new Set<ActivityListener>();

  /** @returns a function that ends it */
  listen(listener: ActivityListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  emit(activity: Activity): void {
    for (const listener of this.listeners) listener(activity);
  }
}
