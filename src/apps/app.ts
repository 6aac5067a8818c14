import type { MemberLimits } from '../../protocol/member-data.js';
import { appKeys, type AppConfig } from '../config/app-schema.js';
import { AppKey } from './app-key.js';
import { eventChecksOf, type AppEventChecks } from './event-checks.js';
import { compileOrigins, type OriginCheck } from './origins.js';

/** The settings of an app that are not its credentials. */
export type AppSettings = Omit<AppConfig, 'id' | 'key' | 'secret' | 'keys'>;

/** An app: its id, its active keys, its settings. */
export interface App {
  readonly id: string;
  /** Active keys by their public part, the oldest first. */
  readonly keys: ReadonlyMap<string, AppKey>;
  readonly settings: AppSettings;
  readonly allowsOrigin: OriginCheck;
  /** Whether a text is a secret of this app; whoever shows it as a key has mistaken it, and it is not logged. */
  readonly isSecret: (text: string) => boolean;
  /** What bounds the data of members and users. */
  readonly memberLimits: MemberLimits;
  readonly eventChecks: AppEventChecks;
}

export function createApp(config: AppConfig): App {
  const secrets = new Set(appKeys(config).map(({ secret }) => secret));
  const active = appKeys(config).filter(({ enabled }) => enabled);
  return {
    id: config.id,
    keys: new Map(active.map(({ key, secret }) => [key, new AppKey(key, secret)])),
    settings: config,
    isSecret: (text) => secrets.has(text),
    allowsOrigin: compileOrigins(config.allowedOrigins),
    memberLimits: {
      userIdLength: config.maxUserIdLength,
      infoBytes: config.maxPresenceInfoBytes,
      watchListLength: config.maxWatchlistLength,
    },
    eventChecks: eventChecksOf(config),
  };
}
