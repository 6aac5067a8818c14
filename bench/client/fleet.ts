import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { endProcess, spawnNode } from '../targets/spawn-node.js';
import { BenchError } from '../targets/target.js';
import type { FromClient, LoadCalls, ToClient } from './calls.js';

const MAIN = fileURLToPath(new URL('./main.js', import.meta.url));

type Params<Method extends keyof LoadCalls> = Parameters<LoadCalls[Method]>[0];
type Result<Method extends keyof LoadCalls> = Awaited<ReturnType<LoadCalls[Method]>>;

/** The load client: processes that the bench tells what to do. */
export class Fleet {
  private constructor(readonly clients: readonly ClientProcess[]) {
    for (const client of clients) client.onAwaitOthers = (message) => this.awaitOthers(client, message);
  }

  /** @param cpus cores they may use; undefined leaves it to the system */
  static async start(processes: number, cpus: string | undefined): Promise<Fleet> {
    const clients = Array.from({ length: processes }, () => new ClientProcess(cpus));
    const fleet = new Fleet(clients);
    await Promise.all(clients.map((client) => client.ready));
    return fleet;
  }

  get size(): number {
    return this.clients.length;
  }

  pids(): number[] {
    return this.clients.flatMap(({ pid }) => (pid === undefined ? [] : [pid]));
  }

  /** Asks every client the same, at the same time. */
  all<Method extends keyof LoadCalls>(method: Method, params: Params<Method>): Promise<Result<Method>[]> {
    return Promise.all(this.clients.map((client) => client.call(method, params)));
  }

  async close(): Promise<void> {
    await Promise.all(this.clients.map((client) => client.close()));
  }

  /** A publisher waits until what it sent has come to the other clients. */
  private async awaitOthers(
    publisher: ClientProcess,
    { group, sent }: FromClient & { type: 'await-others' },
  ): Promise<void> {
    const others = this.clients.filter((client) => client !== publisher);
    const arrived = await Promise.all(others.map((client) => client.call('untilDelivered', { group, sent })));
    publisher.tell({ type: 'others-done', isDelivered: arrived.every(Boolean) });
  }
}

interface Pending {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** One process of the load client, as the bench sees it. */
export class ClientProcess {
  readonly ready: Promise<void>;
  onAwaitOthers: (message: FromClient & { type: 'await-others' }) => Promise<void> = () => Promise.resolve();
  private readonly child: ChildProcess;
  private readonly pending = new Map<number, Pending>();
  private calls = 0;
  private isClosing = false;

  constructor(cpus: string | undefined) {
    this.child = spawnNode({ args: [MAIN], cpus, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.ready = new Promise((resolve, reject) => {
      this.child.on('message', (message: FromClient) => {
        if (message.type === 'ready') resolve();
        else this.onMessage(message);
      });
      this.child.once('exit', (code, signal) => {
        const error = new BenchError(`a load client ended with ${String(code ?? signal)}`);
        reject(error);
        for (const { reject: rejectCall } of this.pending.values()) rejectCall(error);
        this.pending.clear();
      });
    });
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** @throws BenchError when the client fails or ends */
  call<Method extends keyof LoadCalls>(method: Method, params: Params<Method>): Promise<Result<Method>> {
    const id = this.calls++;
    return new Promise<unknown>((resolve, reject) => {
      this.pending.set(id, { resolve, reject });
      this.tell({ type: 'call', id, method, params });
    }) as Promise<Result<Method>>; // What the method of this name answers.
  }

  tell(message: ToClient): void {
    if (!this.isClosing) this.child.send(message);
  }

  async close(): Promise<void> {
    this.isClosing = true;
    await endProcess(this.child);
  }

  private onMessage(message: FromClient): void {
    if (message.type === 'await-others') {
      this.onAwaitOthers(message).catch((error: unknown) => {
        // The call that waits for the answer fails too, as its client did.
        console.error(error instanceof Error ? error.message : error);
      });
      return;
    }
    if (message.type === 'ready') return;
    const call = this.pending.get(message.id);
    this.pending.delete(message.id);
    if (message.type === 'fault') call?.reject(new BenchError(message.message));
    else call?.resolve(message.result);
  }
}
