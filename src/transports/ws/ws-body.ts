import type { IncomingMessage } from 'node:http';
import type { UnfinishedBodies } from '../unfinished-bodies.js';

/** Why a body is not gathered. */
export type BodyFault = 'too large' | 'too many';

/**
 * Gathers a body within its bounds. What follows after a fault is left to be read and thrown away.
 *
 * @param done called once, with the bytes or why there are none; not at all where the client leaves before the end
 */
export function gatherBody(
  stream: IncomingMessage,
  maxBytes: number,
  bodies: UnfinishedBodies,
  done: (body: Buffer | BodyFault) => void,
): void {
  const chunks: Buffer[] = [];
  let length = 0;
  let isOver = false;
  const finish = (result: Buffer | BodyFault | undefined) => {
    if (isOver) return;
    isOver = true;
    if (chunks.length > 0) bodies.remove(length);
    if (result !== undefined) done(result);
  };
  stream.on('data', (chunk: Buffer) => {
    if (isOver) return;
    const isFirst = chunks.length === 0;
    chunks.push(chunk);
    length += chunk.length;
    if (!bodies.add(chunk.length, isFirst)) finish('too many');
    else if (length > maxBytes) finish('too large');
  });
  stream.on('end', () => {
    finish(Buffer.concat(chunks));
  });
  stream.on('close', () => {
    finish(undefined);
  });
}
