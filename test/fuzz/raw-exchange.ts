import { connect } from 'node:net';

/** How a client leaves: with a FIN once all was written, with a reset, or not before the server ends the connection. */
export type Leave = 'end' | 'destroy' | 'stay';

const PATIENCE_MS = 10_000;

/**
 * Writes pieces on a connection of its own, leaves, and waits for the connection to be over.
 *
 * @returns what the server sent, as Latin-1
 */
export async function exchange(port: number, pieces: readonly Buffer[], leave: Leave): Promise<string> {
  const received: Buffer[] = [];
  await new Promise<void>((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    socket.setNoDelay(true);
    const timer = setTimeout(() => {
      socket.destroy();
      const text = Buffer.concat(received).toString('latin1');
      reject(new Error(`the server did not end the connection; it sent ${JSON.stringify(text)}`));
    }, PATIENCE_MS);
    socket.on('data', (bytes: Buffer) => received.push(bytes));
    // A reset is one of the ways in which a server may end what it does not like.
    socket.on('error', () => undefined);
    socket.on('end', () => {
      socket.end();
    });
    socket.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
    socket.once('connect', () => {
      void writeAll();
    });
    const writeAll = async () => {
      for (const piece of pieces) {
        if (socket.destroyed) return;
        await new Promise((written) => socket.write(piece, written));
        // Each piece leaves in a packet of its own.
        await new Promise((later) => setImmediate(later));
      }
      if (leave === 'end') socket.end();
      else if (leave === 'destroy') socket.destroy();
    };
  });
  return Buffer.concat(received).toString('latin1');
}

/** Cuts bytes where fractions of their length say. */
export function cutBytes(bytes: Buffer, fractions: readonly number[]): Buffer[] {
  const places = [...fractions].map((fraction) => Math.floor(fraction * bytes.length)).sort((a, b) => a - b);
  const pieces: Buffer[] = [];
  let start = 0;
  for (const end of [...places, bytes.length]) {
    if (end > start) pieces.push(bytes.subarray(start, end));
    start = end;
  }
  return pieces;
}
