import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTick } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { HubConnection } from '../../../src/cluster/hub-connection.js';
import { FrameBatch, FrameKind, FrameReader, readNumber } from '../../../src/cluster/hub-frames.js';

/** A hub that notes what comes, and sends marks back. */
class RecordingHub {
  readonly kinds: number[] = [];
  private socket: Socket | undefined;
  private readonly folder = mkdtempSync(join(tmpdir(), 'pregon-hub-'));
  private readonly server = createServer((socket) => {
    this.socket = socket;
    const frames = new FrameBatch(socket);
    const reader = new FrameReader((kind, bytes, start) => {
      this.kinds.push(kind);
      if (kind === FrameKind.Mark) frames.number(FrameKind.Mark, readNumber(bytes, start));
    });
    socket.on('data', (chunk) => {
      reader.read(chunk);
    });
    socket.on('error', () => undefined);
  });

  get path(): string {
    return join(this.folder, 'hub');
  }

  /** Marks since the last call. */
  takeMarks(): number {
    return this.kinds.splice(0).filter((kind) => kind === FrameKind.Mark).length;
  }

  async listen(): Promise<void> {
    this.server.listen(this.path);
    await once(this.server, 'listening');
  }

  cut(): void {
    this.socket?.destroy();
  }

  close(): void {
    this.cut();
    this.server.close();
    rmSync(this.folder, { recursive: true });
  }
}

const EVENT = new Uint8Array(100);

describe('marks of a connection to the hub', () => {
  let hub: RecordingHub;
  let connection: HubConnection;

  beforeEach(async () => {
    hub = new RecordingHub();
    await hub.listen();
    connection = new HubConnection(
      { path: hub.path, token: 'token' },
      () => undefined,
      () => undefined,
    );
    await connection.open(() => {
      connection.destroy();
    });
    hub.takeMarks();
    vi.useFakeTimers({ toFake: ['setTimeout'] });
  });

  afterEach(() => {
    vi.useRealTimers();
    connection.destroy();
    hub.close();
  });

  /** Events that follow each other, each in a tick of its own. */
  async function publish(count: number): Promise<Promise<unknown>[]> {
    const confirmed: Promise<unknown>[] = [];
    for (let i = 0; i < count; i++) {
      connection.frames.message('app/news', EVENT);
      confirmed.push(connection.settledLater());
      await nextTick();
    }
    return confirmed;
  }

  it('stand for all events of a moment', async () => {
    const confirmed = await publish(20);
    vi.advanceTimersByTime(50);
    await Promise.all(confirmed);
    expect(hub.takeMarks()).toBe(1);
  });

  it('go out at once when somebody waits, and confirm what went before', async () => {
    const confirmed = await publish(3);
    await Promise.all([connection.settled(), ...confirmed]);
    expect(hub.takeMarks()).toBe(1);
    const [next] = await publish(1);
    vi.advanceTimersByTime(50);
    await next;
    expect(hub.takeMarks()).toBe(1);
  });

  it('fail with the connection, also those that were not sent yet', async () => {
    const confirmed = await publish(3);
    hub.cut();
    await expect(Promise.all(confirmed)).rejects.toThrow('the connection to the hub is lost');
  });
});
