import { timingSafeEqual } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import type { Log } from '../../../log.js';
import type { IpcAddress } from './ipc-connection.js';
import { IpcPort } from './ipc-port.js';
import { FrameKind, FrameReader, readText, type Hello } from './ipc-frames.js';
import { Interest } from '../link/interest.js';
import type { MemoryState } from '../memory/memory-store.js';

/** How long a connection may take to say who it is. */
const GREETING_MS = 5000;

/**
 * Where the processes of one host meet: it carries messages between their buses, and keeps what they know in common.
 * It speaks to those who have its token.
 */
export class IpcServer {
  private readonly server: Server;
  private readonly connections = new Set<Socket>();
  private readonly interest = new Interest<IpcPort>();
  /** By process: the node that it beats as, and over which connection, which may be closed. */
  private readonly nodes = new Map<number, { readonly port: IpcPort; readonly node: string }>();

  constructor(
    private readonly state: MemoryState,
    private readonly address: IpcAddress,
    private readonly log: Log,
  ) {
    this.server = createServer((socket) => {
      this.accept(socket);
    });
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(this.address.path, resolve);
    });
  }

  /** A process has ended: what it had is removed by one that lives, without a wait for its heartbeats. */
  died(pid: number): void {
    const dead = this.nodes.get(pid);
    this.nodes.delete(pid);
    // Otherwise it has left by itself.
    if (dead === undefined || !this.state.nodes.bury(dead.node, 0)) return;
    for (const { port } of this.nodes.values()) {
      if (!port.isOpen) continue;
      port.tellDied();
      return;
    }
  }

  close(): Promise<void> {
    for (const socket of this.connections) socket.destroy();
    return new Promise((resolve) => {
      this.server.close(() => {
        resolve();
      });
    });
  }

  private accept(socket: Socket): void {
    this.connections.add(socket);
    let port: IpcPort | undefined;
    const greeting = setTimeout(() => {
      socket.destroy();
    }, GREETING_MS);
    const reader = new FrameReader((kind, bytes, start, end) => {
      if (port !== undefined) {
        port.take(kind, bytes, start, end);
        return;
      }
      clearTimeout(greeting);
      port = this.greet(socket, kind, readText(bytes, start, end).text);
    });
    socket.on('data', (chunk) => {
      if (socket.destroyed) return;
      try {
        reader.read(chunk);
      } catch (error) {
        this.log.error({ err: error }, 'a connection to the parent process is cut off');
        socket.destroy();
      }
    });
    // `close` follows.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearTimeout(greeting);
      this.connections.delete(socket);
      port?.close();
    });
  }

  /** @throws Error for a stranger */
  private greet(socket: Socket, kind: number, text: string): IpcPort {
    const { token, pid } = (kind === FrameKind.Hello ? JSON.parse(text) : {}) as Partial<Hello>;
    if (pid === undefined || !isSame(token ?? '', this.address.token)) throw new Error('a stranger');
    return new IpcPort(socket, {
      state: this.state,
      interest: this.interest,
      beat: (port, node) => {
        this.nodes.set(pid, { port, node });
      },
      cut: () => {
        this.log.warn({ process: pid }, 'a process does not read what the others send it; it is cut off');
        socket.destroy();
      },
    });
  }
}

function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
