import { appKeys, type AppConfig } from '../config/app-schema.js';
import { createApp, type App } from './app.js';
import type { AppProvider } from './app-provider.js';

/** The apps of the configuration; they do not change while the server runs. */
export class ConfigAppProvider implements AppProvider {
  private readonly byId = new Map<string, App>();
  private readonly byKey = new Map<string, App>();
  /** Not to be seen where an object is printed. */
  readonly #secrets = new Set<string>();

  constructor(configs: readonly AppConfig[]) {
    for (const config of configs) {
      const app = createApp(config);
      this.byId.set(app.id, app);
      for (const key of app.keys.keys()) this.byKey.set(key, app);
      for (const { secret } of appKeys(config)) this.#secrets.add(secret);
    }
  }

  findById(id: string): App | undefined {
    return this.byId.get(id);
  }

  findByKey(key: string): App | undefined {
    return this.byKey.get(key);
  }

  all(): Iterable<App> {
    return this.byId.values();
  }

  isSecret(text: string): boolean {
    return this.#secrets.has(text);
  }
}
