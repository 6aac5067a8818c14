import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis, type RedisOptions } from 'ioredis';
import { eventually } from './eventually.js';
import { freePort } from './free-port.js';
import { OwnProcess } from './own-process.js';

export interface RedisServerOptions {
  /** Keeps its data over {@link RedisServer.restart}. */
  readonly persistent?: boolean;
  /** Only takes encrypted connections; the settings name the files. */
  readonly encrypted?: boolean;
  /** Further settings, as `redis.conf` has them. */
  readonly settings?: Readonly<Record<string, string | number>>;
  /** How the tests' own connection differs from a plain one. */
  readonly admin?: Omit<RedisOptions, 'replyMapping'>;
}

/** A Redis server of its own, on a free port of loopback. */
export class RedisServer {
  private readonly process = new OwnProcess();
  private redis: Redis | undefined;

  private constructor(
    readonly port: number,
    private readonly options: RedisServerOptions,
  ) {}

  /** Starts a server that the caller stops. */
  static async start(options: RedisServerOptions = {}): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), options);
    await server.run();
    return server;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  private get socket(): string {
    return join(this.process.folder, 'redis.sock');
  }

  /** A connection for what a test asks itself. */
  get admin(): Redis {
    this.redis ??= new Redis({ path: this.socket, ...this.options.admin });
    return this.redis;
  }

  stall(): void {
    this.process.stall();
  }

  resume(): void {
    this.process.resume();
  }

  /** Ends it as a crash does. */
  async kill(): Promise<void> {
    await this.process.end();
  }

  /** Starts it again on the same port. */
  async run(): Promise<void> {
    const settings = {
      ...(this.options.encrypted === true ? { port: 0, 'tls-port': this.port } : { port: this.port }),
      unixsocket: this.socket,
      bind: '127.0.0.1',
      dir: this.process.folder,
      save: '',
      appendonly: this.options.persistent === true ? 'yes' : 'no',
      appendfsync: 'always',
      'enable-debug-command': 'yes',
      ...this.options.settings,
    };
    const text = Object.entries(settings).map(([name, value]) => `${name} ${value === '' ? '""' : value}`);
    const file = join(this.process.folder, 'redis.conf');
    writeFileSync(file, `${text.join('\n')}\n`);
    await this.process.start({
      command: 'redis-server',
      args: [file],
      ready: /Ready to accept connections|Server initialized with cluster/,
    });
  }

  async stop(): Promise<void> {
    this.redis?.disconnect();
    this.redis = undefined;
    await this.process.remove();
  }
}

/** Masters of a Redis Cluster, each of which serves its share of the slots. */
export class RedisCluster {
  private constructor(readonly masters: readonly RedisServer[]) {}

  /** @param settings of each master beside those of a cluster */
  static async start(settings: RedisServerOptions['settings'] = {}): Promise<RedisCluster> {
    const masters = await Promise.all(
      Array.from({ length: 3 }, async () =>
        RedisServer.start({
          settings: {
            'cluster-enabled': 'yes',
            'cluster-port': await freePort(),
            'cluster-node-timeout': 2000,
            'cluster-require-full-coverage': 'yes',
            ...settings,
          },
        }),
      ),
    );
    const cluster = new RedisCluster(masters);
    await cluster.join();
    return cluster;
  }

  get addresses(): string[] {
    return this.masters.map(({ address }) => address);
  }

  async flush(): Promise<void> {
    await Promise.all(this.masters.map(({ admin }) => admin.flushall()));
  }

  async stop(): Promise<void> {
    await Promise.all(this.masters.map((master) => master.stop()));
  }

  private async join(): Promise<void> {
    const slots = 16_384 / this.masters.length;
    const [first, ...others] = this.masters;
    for (const [i, { admin }] of this.masters.entries()) {
      await admin.call('CLUSTER', 'ADDSLOTSRANGE', Math.ceil(i * slots), Math.ceil((i + 1) * slots) - 1);
      await admin.call('CLUSTER', 'SET-CONFIG-EPOCH', i + 1);
    }
    for (const other of others) {
      const info = String(await other.admin.call('CONFIG', 'GET', 'cluster-port'));
      await first!.admin.call('CLUSTER', 'MEET', '127.0.0.1', other.port, info.split(',')[1]!);
    }
    await Promise.all(this.masters.map(({ admin }) => this.joined(admin)));
  }

  private joined(admin: Redis): Promise<void> {
    return eventually(async () => {
      const info = String(await admin.call('CLUSTER', 'INFO'));
      // Its slots may be known before its links stand, over which messages that are not of a shard are passed on.
      const nodes = String(await admin.call('CLUSTER', 'NODES'))
        .trim()
        .split('\n');
      const isJoined =
        info.includes('cluster_state:ok') &&
        nodes.length === this.masters.length &&
        nodes.every((node) => node.split(' ')[7] === 'connected' && !node.includes('handshake'));
      if (!isJoined) throw new Error(`${info}\n${nodes.join('\n')}`);
    });
  }
}

/** A master, a replica and a Sentinel that watches them. */
export class RedisSentinel {
  private readonly process = new OwnProcess();

  private constructor(
    readonly port: number,
    readonly master: RedisServer,
    readonly replica: RedisServer,
  ) {}

  static readonly masterName = 'pregon';

  static async start(): Promise<RedisSentinel> {
    const master = await RedisServer.start();
    const replica = await RedisServer.start({ settings: { replicaof: `127.0.0.1 ${master.port}` } });
    await eventually(async () => {
      if (!(await replica.admin.info('replication')).includes('master_link_status:up'))
        throw new Error('not linked');
    });
    const sentinel = new RedisSentinel(await freePort(), master, replica);
    await sentinel.run();
    return sentinel;
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** From now on the replica falls behind: its link is cut, and the master lets it in no more. */
  async cutReplicaOff(): Promise<void> {
    await this.replica.admin.config('SET', 'masterauth', 'not the password');
    await this.master.admin.call('CLIENT', 'KILL', 'TYPE', 'replica');
  }

  async stop(): Promise<void> {
    await this.process.remove();
    await this.master.stop();
    await this.replica.stop();
  }

  private async run(): Promise<void> {
    const name = RedisSentinel.masterName;
    const settings = [
      `port ${this.port}`,
      'bind 127.0.0.1',
      `dir ${this.process.folder}`,
      `sentinel monitor ${name} 127.0.0.1 ${this.master.port} 1`,
      `sentinel down-after-milliseconds ${name} 500`,
      `sentinel failover-timeout ${name} 3000`,
    ];
    const file = join(this.process.folder, 'sentinel.conf');
    writeFileSync(file, `${settings.join('\n')}\n`);
    await this.process.start({ command: 'redis-server', args: [file, '--sentinel'], ready: /\+slave slave/ });
  }
}
