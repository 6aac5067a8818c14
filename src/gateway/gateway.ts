import type { ActivityEmitter } from '../activity/activity.js';
import type { Config } from '../config/schema.js';
import { isHubOn } from '../config/gateway-schema.js';
import type { LocalApps } from '../connections/local-apps.js';
import type { ApiServices } from '../http/api-call.js';
import type { HttpExtension } from '../http/extension.js';
import { IdempotencyStore, type ClaimedKeys } from '../http/idempotency.js';
import type { Log } from '../log.js';
import { Duplicates } from './duplicates.js';
import { LocalGatewayApp, type GatewayApp } from './gateway-app.js';
import { Hub } from './hub/hub.js';
import { HubNotify } from './hub/hub-notify.js';
import { LegacyEndpoints } from './legacy/legacy-endpoints.js';

/** What the gateway works with. */
export interface GatewayServices extends ApiServices {
  readonly activity: ActivityEmitter;
  readonly log: Log;
  readonly idempotency: IdempotencyStore;
  /** What the nodes remember together; undefined where this one is alone. */
  readonly shared: ClaimedKeys | undefined;
}

/** What a server with gateway or hub has beside the API. */
export interface Gateway {
  readonly http: HttpExtension | undefined;
  readonly hub: Hub | undefined;
}

/** Builds what the configuration turns on: nothing without a secret or keys for tokens. */
export function createGateway(config: Config, apps: LocalApps, services: GatewayServices): Gateway {
  const { gateway, hub: hubConfig, cache, server } = config;
  const appOf = (id: string | null): GatewayApp => {
    const local = apps.findById(id ?? config.apps[0]?.id ?? '');
    if (local === undefined) throw new Error(`there is no app ${String(id)}`);
    return new LocalGatewayApp(local, services);
  };
  const { duplicateSeconds: seconds, maxDuplicates: maxKeys } = gateway;
  const { clock, counters, idempotency, shared } = services;
  const bodies = seconds === 0 ? undefined : new IdempotencyStore({ seconds, maxKeys }, clock, shared);
  const duplicates = new Duplicates(bodies, idempotency, counters);

  const extensions: HttpExtension[] = [];
  const { secret } = gateway;
  if (secret !== null) {
    const app = appOf(gateway.appId);
    extensions.push(new LegacyEndpoints({ ...gateway, secret }, app, { ...services, duplicates }));
  }
  if (!isHubOn(hubConfig)) return { http: joined(extensions), hub: undefined };

  const app = appOf(hubConfig.appId);
  const hub = new Hub(hubConfig, cache.ttlSeconds, app, services);
  const notifySecret = hubConfig.notifySecret ?? secret;
  extensions.push(new HubNotify(notifySecret, server.pathPrefix, app, { ...services, duplicates }));
  return { http: joined(extensions), hub };
}

/** Several as one, the first that answers. */
function joined(extensions: readonly HttpExtension[]): HttpExtension | undefined {
  if (extensions.length === 0) return undefined;
  const first = <T>(ask: (extension: HttpExtension) => T | undefined): T | undefined => {
    for (const extension of extensions) {
      const answer = ask(extension);
      if (answer !== undefined) return answer;
    }
    return undefined;
  };
  return {
    headers: [...new Set(extensions.flatMap(({ headers }) => headers))],
    open: (request, path) => first((extension) => extension.open(request, path)),
    handle: (request, path) => first((extension) => extension.handle(request, path)),
  };
}
