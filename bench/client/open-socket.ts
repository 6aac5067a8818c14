import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Address } from '../targets/endpoint.js';

/** Every socket of this process reads into the same memory: what is in it is used before the next read. */
const READ_BUFFER = Buffer.allocUnsafe(256 * 1024);

/** What a socket tells its owner. */
export interface SocketOwner {
  onConnect(): void;
  /** Bytes that stand in `bytes` only until this returns. */
  onBytes(bytes: Buffer, length: number): void;
  /** @param error undefined when the other side closed */
  onClose(error: Error | undefined): void;
}

/**
 * Opens a socket.
 *
 * @param source the address to come from; undefined leaves it to the system
 */
export function openSocket(address: Address, source: string | undefined, owner: SocketOwner): Socket {
  const socket = address.tls ? openTls(address, owner) : openPlain(address, source, owner);
  socket.setNoDelay(true);
  let failure: Error | undefined;
  socket.once('error', (error) => {
    failure = error;
  });
  socket.once('close', () => {
    owner.onClose(failure);
  });
  return socket;
}

function openPlain({ host, port }: Address, source: string | undefined, owner: SocketOwner): Socket {
  const socket = connect({
    host,
    port,
    ...(source !== undefined && { localAddress: source }),
    onread: {
      buffer: READ_BUFFER,
      callback: (length) => {
        owner.onBytes(READ_BUFFER, length);
        return true;
      },
    },
  });
  socket.once('connect', () => {
    owner.onConnect();
  });
  // With onread the end of the stream is told only to readers that listen for it.
  socket.once('end', () => {
    socket.destroy();
  });
  return socket;
}

/** Certificates are not checked: a benchmark carries no secrets, and servers under test sign their own. */
function openTls({ host, port }: Address, owner: SocketOwner): Socket {
  const socket = connectTls({ host, port, servername: host, rejectUnauthorized: false });
  socket.once('secureConnect', () => {
    owner.onConnect();
  });
  socket.on('data', (bytes: Buffer) => {
    owner.onBytes(bytes, bytes.length);
  });
  return socket;
}
