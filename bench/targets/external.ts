import { isLoopback, type Address, type Endpoint } from './endpoint.js';
import { listeningPids, processTree } from './process-usage.js';
import { BenchError, type TargetSpec } from './target.js';

/**
 * A server that runs already, from a URL such as Pusher's libraries take:
 * `http://KEY:SECRET@HOST:PORT/apps/ID`, with a path in front of `/apps` where the server has one. `https` means TLS.
 * Where sockets go elsewhere than requests, `?sockets=wss://HOST:PORT` says so. A server of this machine is found by
 * its port, so that its CPU and memory are told too.
 *
 * @throws BenchError when the URL is not of this form
 */
export function external(name: string, text: string): TargetSpec {
  const endpoint = parseEndpoint(text);
  return {
    name,
    isRaw: false,
    start: ({ workers, processes }) => {
      if (workers !== undefined || processes !== 1) {
        throw new BenchError(
          `${name} runs already: --workers and --processes are for servers that are started here`,
        );
      }
      const { host, port } = endpoint.sockets;
      const listening = isLoopback(host) ? listeningPids(port) : [];
      return Promise.resolve({
        name,
        version: 'unknown',
        endpoints: [endpoint],
        pids: () => [...new Set(listening.flatMap(processTree))],
        stop: () => Promise.resolve(),
      });
    },
  };
}

const FORM = 'http://KEY:SECRET@HOST:PORT/apps/ID';

/** @throws BenchError when the URL is not of the documented form */
export function parseEndpoint(text: string): Endpoint {
  const url = URL.canParse(text) ? new URL(text) : null;
  const path = /^(?<prefix>.*)\/apps\/(?<id>[^/]+)$/.exec(url?.pathname ?? '')?.groups;
  if (url === null || path === undefined || url.username === '' || url.password === '') {
    throw new BenchError(`'${text}' is no target: give a name, or a URL such as ${FORM}`);
  }
  const api = addressOf(url, 'https:');
  const sockets = url.searchParams.get('sockets');
  return {
    dialect: 'pusher',
    app: {
      id: path['id'] ?? '',
      key: decodeURIComponent(url.username),
      secret: decodeURIComponent(url.password),
    },
    api,
    sockets: sockets === null ? api : addressOf(new URL(sockets), 'wss:'),
    pathPrefix: path['prefix'] ?? '',
  };
}

function addressOf(url: URL, secureScheme: string): Address {
  const tls = url.protocol === secureScheme;
  const port = url.port === '' ? (tls ? 443 : 80) : Number(url.port);
  return { host: url.hostname, port, tls };
}
