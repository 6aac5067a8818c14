import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { SYSTEM_CLOCK, type Clock } from '../../src/clock.js';
import { ConfigSchema } from '../../src/config/schema.js';
import { SILENT_LOG, type Log } from '../../src/log.js';
import { IpcServer } from '../../src/cluster/drivers/ipc/ipc-server.js';
import { MemoryBus, MemoryWire } from './memory-bus.js';
import { MemoryState, MemoryStore } from '../../src/cluster/drivers/memory/memory-store.js';
import type { ClusterDrivers } from '../../src/cluster/drivers.js';
import { createIpcDrivers } from '../../src/cluster/drivers/create-drivers.js';
import { PregonServer, type ServerAddress } from '../../src/server.js';
import type { TransportName } from '../../src/transports/transport.js';
import { ApiClient } from './api-client.js';
import { tempFolder } from './temp-folder.js';
import { settleAfter, TestSocket, type TestSocketOptions } from './test-socket.js';

/** Set by {@link spreadOverNodes} and {@link spreadOverHub}. */
let nodeCount = 1;
let isOverHub = false;

/** From here on, a test's server is a cluster of so many nodes, and each of its clients comes to the next one. */
export function spreadOverNodes(count: number): void {
  nodeCount = count;
}

/** As {@link spreadOverNodes}, and the nodes meet at a hub as the workers of one host do. */
export function spreadOverHub(count: number): void {
  nodeCount = count;
  isOverHub = true;
  settleAfter(passThroughHub);
}

/** Hub and nodes are all in this process: what is on its way between them has arrived after some turns of its loop. */
async function passThroughHub(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/**
 * Whether the nodes meet at a hub. A clock that jumps further than a node trusts itself, some seconds, parts it from the
 * others until it was answered, which takes real time.
 */
export function meetsAtHub(): boolean {
  return isOverHub;
}

/** Whether the nodes are several: answers to one client may then overtake each other. */
export function isSpread(): boolean {
  return nodeCount > 1;
}

async function clusterDrivers(clock: Clock): Promise<(ClusterDrivers | undefined)[]> {
  if (nodeCount === 1) return [undefined];
  const nodes = Array.from({ length: nodeCount });
  const state = new MemoryState(clock, {
    maxCachedEvents: 1000,
    maxCachedBytes: 10_000_000,
    maxIdempotencyKeys: 1000,
  });
  if (isOverHub) {
    const address = { path: join(tempFolder(), 'hub'), token: randomUUID() };
    const hub = new IpcServer(state, address, SILENT_LOG);
    await hub.listen();
    onTestFinished(() => hub.close());
    return nodes.map(() => createIpcDrivers(address));
  }
  const hub = new MemoryWire();
  return nodes.map(() => ({ bus: new MemoryBus(hub), store: new MemoryStore(state) }));
}

/** The app that tests use unless they need another. */
export const TEST_APP = { id: 'app-id', key: 'app-key', secret: 'app-secret' } as const;

export interface TestServerOptions {
  readonly transport: TransportName;
  /** Settings of the app beside its credentials. */
  readonly app?: Record<string, unknown>;
  /** Further apps. */
  readonly apps?: readonly Record<string, unknown>[];
  /** Sections of the configuration: server, cache, … */
  readonly config?: Record<string, Record<string, unknown>>;
  readonly clock?: Clock;
  readonly log?: Log;
}

/** A server on a free port of loopback. */
export interface TestServer {
  readonly server: PregonServer;
  readonly port: number;
  /** Of the node farthest from the first; the same where there is one. */
  readonly lastPort: number;
  /** Where the next client goes: each to another node, where there are several. */
  clientPort(): number;
  readonly managementPort: number | undefined;
  readonly scheme: 'http' | 'https';
  /** Signed requests in the name of {@link TEST_APP}. */
  readonly api: ApiClient;
  /** A connected client that has read `connection_established`. */
  connect(options?: TestSocketOptions): Promise<TestSocket>;
  /** A client that may or may not have been let in. */
  open(path: string, options?: TestSocketOptions): Promise<TestSocket>;
}

/** Starts a server that stops when the test ends. */
export async function startServer(options: TestServerOptions): Promise<TestServer> {
  const { config = {}, app = {}, apps = [] } = options;
  const parsed = ConfigSchema.parse({
    ...config,
    server: { host: '127.0.0.1', port: 0, transport: options.transport, ...config['server'] },
    management: { enabled: false, port: 0, ...config['management'] },
    apps: [{ ...TEST_APP, ...app }, ...apps],
  });
  const clock = options.clock ?? SYSTEM_CLOCK;
  const log = options.log ?? SILENT_LOG;
  const drivers = await clusterDrivers(clock);
  const nodes = drivers.map((cluster) => {
    return new PregonServer(parsed, { log, clock, ...(cluster && { cluster }) });
  });
  const addresses = await Promise.all(nodes.map((node) => node.start()));
  const [server] = nodes as [PregonServer];
  const [{ port, scheme, managementPort }] = addresses as [ServerAddress];
  const sockets = new Set<TestSocket>();
  onTestFinished(async () => {
    for (const socket of sockets) socket.terminate();
    await Promise.all(nodes.map((node) => node.close()));
    const violations = [...sockets].flatMap(({ watch }) => watch.violations);
    if (violations.length > 0) throw new Error(`sent what clients cannot take:\n${violations.join('\n')}`);
  });

  let opened = 0;
  const clientPort = () => addresses[opened++ % addresses.length]!.port;
  const open = async (path: string, socketOptions: TestSocketOptions = {}) => {
    const socket = await TestSocket.open(
      `${scheme === 'https' ? 'wss' : 'ws'}://127.0.0.1:${clientPort()}${path}`,
      socketOptions,
    );
    sockets.add(socket);
    return socket;
  };
  return {
    server,
    port,
    lastPort: addresses.at(-1)!.port,
    clientPort,
    managementPort,
    scheme,
    api: new ApiClient(`${scheme}://127.0.0.1:${port}`, TEST_APP, () => clock.now()),
    open,
    connect: async (socketOptions) => {
      const socket = await open(`/app/${TEST_APP.key}?protocol=7`, socketOptions);
      await socket.established();
      return socket;
    },
  };
}
