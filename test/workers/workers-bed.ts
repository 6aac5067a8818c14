import { expect } from 'vitest';
import { ApiClient } from '../support/api-client.js';
import { Command, type CommandOptions, type LogLine } from '../support/command.js';
import { eventually } from '../support/eventually.js';
import { Scrape } from '../support/prometheus.js';
import { TEST_APP } from '../support/start-server.js';
import { TestSocket } from '../support/test-socket.js';
import { onTestFinished } from 'vitest';

/** The environment of any server of these tests. */
export const ENVIRONMENT = {
  PREGON_PORT: '0',
  PREGON_HOST: '127.0.0.1',
  PREGON_MANAGEMENT_PORT: '0',
  PREGON_LOG_FORMAT: 'json',
  PREGON_APP_ID: TEST_APP.id,
  PREGON_APP_KEY: TEST_APP.key,
  PREGON_APP_SECRET: TEST_APP.secret,
};

/** A server of several processes, as an operator runs it. Ends with the test. */
export class WorkersBed {
  private constructor(
    readonly command: Command,
    readonly port: number,
    readonly managementPort: number,
    readonly line: LogLine,
  ) {}

  static async start(args: readonly string[] = [], options: CommandOptions = {}): Promise<WorkersBed> {
    const env = { ...ENVIRONMENT, ...options.env };
    const command = Command.start(['--workers', '2', ...args], { ...options, env });
    const { port, managementPort, line } = await command.listening();
    return new WorkersBed(command, port, managementPort, line);
  }

  /** As the helpers for servers in this process have it. */
  get lastPort(): number {
    return this.port;
  }

  clientPort(): number {
    return this.port;
  }

  get api(): ApiClient {
    return new ApiClient(`http://127.0.0.1:${this.port}`, TEST_APP);
  }

  /** The processes of the workers that serve, by number. */
  get pids(): Map<number, number> {
    const joined = this.command.log.filter(({ msg }) => msg === 'this node is part of the cluster');
    return new Map(joined.map(({ worker, pid }) => [Number(worker), Number(pid)]));
  }

  /** A connected client of any worker. */
  async connect(): Promise<TestSocket> {
    const client = await TestSocket.open(`ws://127.0.0.1:${this.port}/app/${TEST_APP.key}?protocol=7`);
    onTestFinished(() => {
      client.terminate();
    });
    await client.established();
    return client;
  }

  /** Which worker has a connection, by its socket id. Needs `PREGON_LOG_LEVEL=debug`. */
  workerOf(socketId: string): Promise<unknown> {
    return eventually(() => {
      const opened = this.command.log.find(
        (line) => line['msg'] === 'connection opened' && line['socketId'] === socketId,
      );
      expect(opened).toBeDefined();
      return opened!['worker'];
    });
  }

  /**
   * Opens clients until each of two workers has one: the kernel decides whom it gives a connection.
   *
   * @param open a client, and tells its socket id
   * @returns one of worker 1 and one of worker 2
   */
  async onBoth<T>(open: () => Promise<{ readonly client: T; readonly socketId: string }>): Promise<[T, T]> {
    const found = new Map<unknown, T>();
    for (;;) {
      const { client, socketId } = await open();
      found.set(await this.workerOf(socketId), client);
      const [first, second] = [found.get(1), found.get(2)];
      if (first !== undefined && second !== undefined) return [first, second];
    }
  }

  async scrape(): Promise<Scrape> {
    const response = await fetch(`http://127.0.0.1:${this.managementPort}/metrics`);
    return new Scrape(await response.text());
  }

  async metric(name: string): Promise<number> {
    return (await this.scrape()).value(name) ?? NaN;
  }

  ready(): Promise<{ readonly status: number; readonly body: unknown }> {
    return fetch(`http://127.0.0.1:${this.managementPort}/ready`).then(async (response) => ({
      status: response.status,
      body: await response.json(),
    }));
  }

  /** Waits until so many workers serve. */
  async serving(count: number): Promise<void> {
    await eventually(async () => {
      expect(await this.metric('pregon_workers')).toBe(count);
    });
  }
}
