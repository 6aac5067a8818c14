import { KeptSnapshots } from '../../protocol/kept-snapshots.js';
import type { ActivityEmitter } from '../activity/activity.js';
import type { App } from '../apps/app.js';
import type { AppProvider } from '../apps/app-provider.js';
import type { TopicPublisher } from '../channels/channels.js';
import type { EventCache } from '../channels/event-cache.js';
import type { Cluster } from '../cluster/cluster.js';
import { LocalApp } from './local-app.js';

/** The apps of this node, each made when it is first asked for. */
export class LocalApps {
  private readonly byId = new Map<string, LocalApp>();
  private readonly snapshots = new KeptSnapshots();

  constructor(
    private readonly provider: AppProvider,
    private readonly publisher: TopicPublisher,
    private readonly activity: ActivityEmitter,
    private readonly cache: EventCache,
    private readonly cluster?: Cluster,
    private readonly created: (app: LocalApp) => void = () => undefined,
  ) {}

  findById(id: string): LocalApp | undefined {
    return this.of(this.provider.findById(id));
  }

  findByKey(key: string): LocalApp | undefined {
    return this.of(this.provider.findByKey(key));
  }

  /** Whether a text is the secret of an app, which is not to be logged. */
  isSecret(text: string): boolean {
    return this.provider.isSecret(text);
  }

  /** Those that were asked for since the start. */
  active(): IterableIterator<LocalApp> {
    return this.byId.values();
  }

  private of(app: App | undefined): LocalApp | undefined {
    if (app === undefined) return undefined;
    let local = this.byId.get(app.id);
    if (local === undefined) {
      const { publisher, activity, cache, snapshots, cluster } = this;
      local = new LocalApp(app, publisher, activity, cache, snapshots, cluster);
      this.byId.set(app.id, local);
      this.created(local);
    }
    return local;
  }
}
