import { describe, expect, it } from 'vitest';
import { ErrorCode } from '../../protocol/error-codes.js';
import { eventually } from '../support/eventually.js';
import { isSpread, startServer } from '../support/start-server.js';
import type { TestSocket } from '../support/test-socket.js';
import { onEachTransport } from '../support/transports.js';

const LIMIT = 60;
const PATH = '/app/app-key?protocol=7';

/** @returns undefined for a client that is let in */
async function refusal(client: TestSocket): Promise<number | undefined> {
  await eventually(() => {
    expect(client.frames).not.toHaveLength(0);
  });
  const [{ event }] = client.frames as [TestSocket['frames'][number]];
  return event === 'pusher:error' ? (await client.closed).code : undefined;
}

onEachTransport((transport) => {
  describe('maxConnections (CONN-10)', () => {
    it('is kept to by a rush but for a few, and used up by those who come back', async () => {
      const server = await startServer({ transport, app: { maxConnections: LIMIT } });
      const opened = await Promise.all(Array.from({ length: 200 }, () => server.open(PATH)));
      const codes = await Promise.all(opened.map(refusal));
      let inside = codes.filter((code) => code === undefined).length;
      expect(inside).toBeLessThanOrEqual(isSpread() ? LIMIT + 3 : LIMIT);
      expect(inside).toBeGreaterThan(0);
      // Nobody is kept away while something is free.
      if (inside < LIMIT) expect(new Set(codes)).toEqual(new Set([undefined, ErrorCode.OverCapacity]));
      await eventually(async () => {
        const code = await refusal(await server.open(PATH));
        if (code === undefined) inside++;
        expect(code).toBe(ErrorCode.OverQuota);
      });
      expect(inside).toBeGreaterThanOrEqual(LIMIT);
      expect(inside).toBeLessThanOrEqual(isSpread() ? LIMIT + 3 : LIMIT);
    });

    it('is reached by clients who come one after the other, and no refusal tells them to stay away', async () => {
      const server = await startServer({ transport, app: { maxConnections: LIMIT } });
      for (let inside = 0; inside < LIMIT;) {
        const code = await refusal(await server.open(PATH));
        if (code === undefined) inside++;
        else expect(code).toBe(ErrorCode.OverCapacity);
      }
      await eventually(async () => {
        expect(await refusal(await server.open(PATH))).toBe(ErrorCode.OverQuota);
      });
    });

    it('has room again for as many as leave', async () => {
      const server = await startServer({ transport, app: { maxConnections: 1 } });
      const inside = [await server.connect()];
      await eventually(async () => {
        const client = await server.open(PATH);
        const code = await refusal(client);
        // One who came to another node before that knew of the first.
        if (code === undefined) inside.push(client);
        expect(code).toBe(ErrorCode.OverQuota);
      });
      for (const client of inside) client.terminate();
      await eventually(async () => {
        expect(await refusal(await server.open(PATH))).toBeUndefined();
      });
    });
  });
});
