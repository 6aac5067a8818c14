import { freePort } from './free-port.js';
import { OwnProcess } from './own-process.js';

/** A NATS server of its own, on a free port of loopback. */
export class NatsServer {
  private readonly process = new OwnProcess();

  private constructor(
    readonly port: number,
    private readonly args: readonly string[],
  ) {}

  /** Starts a server that the caller stops. @param args further arguments of `nats-server` */
  static async start(args: readonly string[] = []): Promise<NatsServer> {
    const server = new NatsServer(await freePort(), args);
    await server.run();
    return server;
  }

  get url(): string {
    return `nats://127.0.0.1:${this.port}`;
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
    await this.process.start({
      command: 'nats-server',
      args: ['--addr', '127.0.0.1', '--port', String(this.port), ...this.args],
      ready: /Server is ready/,
    });
  }

  async stop(): Promise<void> {
    await this.process.remove();
  }
}
