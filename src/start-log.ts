import type { Config } from './config/schema.js';
import type { Log } from './log.js';

/** A started server, as the lines of the start log need it. */
export interface Started {
  readonly scheme: 'http' | 'https';
  readonly port: number;
  /** The servers that the nodes meet at, without credentials; undefined where this one is alone. */
  readonly nodes: string | undefined;
}

/** Says what an operator copies elsewhere, and what is on. Secrets are named, not shown. */
export function logStarted(log: Log, config: Config, { scheme, port, nodes }: Started): void {
  const [app] = config.apps;
  if (app === undefined) return;
  const { server, gateway } = config;
  const key = app.keys?.[0]?.key ?? app.key;
  const host = config.tls.hostname ?? reachable(server.host);
  const webSocket = `${scheme === 'https' ? 'wss' : 'ws'}://${inUrl(host)}:${port}${server.pathPrefix}/app/${key}`;
  log.announce({ url: webSocket }, 'browsers connect to');
  const path = server.pathPrefix === '' ? '' : ` REVERB_SERVER_PATH=${server.pathPrefix}`;
  const variables = `BROADCAST_CONNECTION=reverb REVERB_APP_ID=${app.id} REVERB_APP_KEY=${key} REVERB_APP_SECRET=<as here> REVERB_HOST=${host} REVERB_PORT=${port} REVERB_SCHEME=${scheme}${path}`;
  log.announce({ env: variables }, "Laravel's .env");
  log.announce({ app: app.id, from: WHISPERS[app.clientEvents] }, 'client events (whispers)');
  log.announce(
    { bus: nodes ?? 'none: this server is alone', gateway: gatewayText(gateway) },
    'nodes and gateway',
  );
}

const WHISPERS: Readonly<Record<Config['apps'][number]['clientEvents'], string>> = {
  none: "nobody: the app's clientEvents is none (PREGON_APP_CLIENT_EVENTS, REVERB_APP_ACCEPT_CLIENT_EVENTS_FROM)",
  members: 'members of private and presence channels',
  all: 'subscribers of every channel',
};

function gatewayText({ secret }: Config['gateway']): string {
  return secret === null
    ? 'off: PREGON_GATEWAY_SECRET or WS_SECRET turns it on'
    : 'on: POST /notify and its kin, with X-WS-Secret';
}

/** A server that listens on every address is reached at this machine's own, as far as is known here. */
function reachable(host: string): string {
  return host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
}

function inUrl(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
