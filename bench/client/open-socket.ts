import { connect, isIP, type Socket } from 'node:net';
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

/** A socket that knows its owner, so that all sockets share the functions below: a closure each costs memory. */
type OwnedSocket = Socket & { owner?: SocketOwner; failure?: Error };

/**
 * Opens a socket.
 *
 * @param source the address to come from; undefined leaves it to the system
 */
export function openSocket(address: Address, source: string | undefined, owner: SocketOwner): Socket {
  const socket: OwnedSocket = address.tls ? openTls(address, owner) : openPlain(address, source, owner);
  socket.owner = owner;
  socket.setNoDelay(true);
  socket.on('error', onError);
  socket.on('close', onClose);
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
  socket.once('connect', onConnect);
  // With onread the end of the stream is told only to readers that listen for it.
  socket.on('end', onEnd);
  return socket;
}

/** Certificates are not checked: a benchmark carries no secrets, and servers under test sign their own. */
function openTls({ host, port }: Address, owner: SocketOwner): Socket {
  const socket = connectTls({
    host,
    port,
    servername: isIP(host) === 0 ? host : '',
    rejectUnauthorized: false,
  });
  socket.once('secureConnect', onConnect);
  socket.on('data', (bytes: Buffer) => {
    owner.onBytes(bytes, bytes.length);
  });
  return socket;
}

function onConnect(this: OwnedSocket): void {
  this.owner?.onConnect();
}

function onEnd(this: OwnedSocket): void {
  this.destroy();
}

function onError(this: OwnedSocket, error: Error): void {
  this.failure = error;
}

function onClose(this: OwnedSocket): void {
  this.owner?.onClose(this.failure);
}
