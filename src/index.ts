export { PregonServer, type ServerAddress, type ServerOptions } from './server.js';
export { ConfigError, type ConfigProblem } from './config/config-error.js';
export { loadConfig, type ConfigSources, type LoadedConfig } from './config/load-config.js';
export type { AppConfig } from './config/app-schema.js';
export { ConfigSchema, type Config } from './config/schema.js';
export type { Clock, Timer } from './clock.js';
export type { Log } from './log.js';
export { ListenError } from './transports/transport.js';
