import { isJsonObject, parseJson } from '../../../protocol/json-text.js';
import type { ActivityEmitter } from '../../activity/activity.js';
import { BoundedCache } from '../../bounded-cache.js';
import type { Clock } from '../../clock.js';
import type { GatewayApp } from '../gateway-app.js';

/** The presence channel of everybody who is there. */
const ONLINE = 'presence-online';

/** Times that are remembered; far more than a presence channel has members. */
const MAX_TIMES = 10_000;

/** A user as the older server lists him. */
interface ActiveUser {
  readonly userId: string;
  /** Null for who is only on nodes that this one knows no members of. */
  readonly userName: string | null;
  readonly userType: string | null;
  /** Undefined for who was there before this node, or on another. */
  readonly connectedAt: string | undefined;
}

/** `GET /active-users`: the members of `presence-online`, with the time each came. */
export class ActiveUsers {
  private readonly connectedAt = new BoundedCache<string>({ maxEntries: MAX_TIMES });

  constructor(
    private readonly app: GatewayApp,
    activity: ActivityEmitter,
    clock: Pick<Clock, 'now'>,
  ) {
    activity.listen((fact) => {
      if (fact.type !== 'MemberAdded' && fact.type !== 'MemberRemoved') return;
      if (fact.channel !== ONLINE || fact.appId !== app.id) return;
      if (fact.type === 'MemberRemoved') this.connectedAt.delete(fact.userId);
      else this.connectedAt.set(fact.userId, new Date(clock.now()).toISOString());
    });
  }

  async list(): Promise<ActiveUser[]> {
    const members = await this.app.members(ONLINE);
    return members.map(({ id, info }) => {
      const { name, role } = infoOf(info ?? '');
      return {
        userId: id,
        userName: typeof name === 'string' ? name : null,
        userType: typeof role === 'string' ? role : null,
        connectedAt: this.connectedAt.get(id),
      };
    });
  }
}

function infoOf(info: string): Readonly<Record<string, unknown>> {
  const value = parseJson(info);
  return isJsonObject(value) ? value : {};
}
