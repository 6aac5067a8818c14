import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import type { IpcAddress } from '../../src/cluster/drivers/ipc/ipc-connection.js';
import { FrameBatch, FrameKind, FrameReader, readNumber } from '../../src/cluster/drivers/ipc/ipc-frames.js';
import { tempFolder } from './temp-folder.js';

/** A hub that notes what comes, and sends marks back. */
export class RecordingHub {
  /** Of the frames that came. */
  readonly kinds: number[] = [];
  /** Connections that are open, the newest last. */
  readonly sockets: Socket[] = [];
  /** How often something came. */
  reads = 0;
  readonly address: IpcAddress = { path: join(tempFolder(), 'hub'), token: 'token' };
  private readonly server = createServer((socket) => {
    this.sockets.push(socket);
    const frames = new FrameBatch(socket);
    const reader = new FrameReader((kind, bytes, start) => {
      this.kinds.push(kind);
      if (kind === FrameKind.Mark) frames.number(FrameKind.Mark, readNumber(bytes, start));
    });
    socket.on('data', (chunk) => {
      this.reads++;
      reader.read(chunk);
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.sockets.splice(this.sockets.indexOf(socket), 1);
    });
  });

  async listen(): Promise<void> {
    this.server.listen(this.address.path);
    await once(this.server, 'listening');
  }

  /** Breaks all connections. */
  cut(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  close(): void {
    this.cut();
    this.server.close();
  }
}
