import { describe, expect, it } from 'vitest';
import { GATEWAY_SECRET, startGateway } from '../support/gateway.js';
import { startServer } from '../support/start-server.js';
import { onEachTransport } from '../support/transports.js';

const GOOD = { socket_id: '1.2', channel_name: 'private-user.33' };

onEachTransport((transport) => {
  const ask = async (
    { port }: { readonly port: number },
    form: Record<string, string> = GOOD,
    headers: Record<string, string> = { 'x-ws-secret': GATEWAY_SECRET },
    method = 'POST',
  ) => {
    const response = await fetch(`http://127.0.0.1:${port}/test.html/auth`, {
      method,
      headers,
      ...(method === 'POST' ? { body: new URLSearchParams(form) } : {}),
    });
    return { status: response.status, text: await response.text() };
  };

  describe("POST /test.html/auth, which signs the test page's subscriptions,", () => {
    it.each([
      'private-user.33',
      'private-user.4f1c2b1e-9f0a-4c55-8d8e-1f2a3b4c5d6e',
      'private-role.cobrador',
      'private-stats.global',
      'private-system.notifications',
    ])('signs %s', async (channel) => {
      const { status, text } = await ask(await startGateway({ transport }), {
        ...GOOD,
        channel_name: channel,
      });
      expect(status).toBe(200);
      expect(JSON.parse(text)).toEqual({ auth: expect.stringMatching(/^app-key:[0-9a-f]{64}$/) as string });
    });

    it.each([
      'private-payments',
      'presence-user.33',
      'private-encrypted-user.33',
      'private-cache-user.33',
      'private-system.notifications.more',
      ' private-user.33',
      'news',
      '',
    ])("refuses '%s', where the gateway does not send, with 403", async (channel) => {
      const { status, text } = await ask(await startGateway({ transport }), {
        ...GOOD,
        channel_name: channel,
      });
      expect(status).toBe(403);
      expect(text).not.toContain('auth');
    });

    it.each([{}, { 'x-ws-secret': 'wrong' }, { 'x-ws-secret': '' }])(
      'answers %j with 401',
      async (headers) => {
        const { status, text } = await ask(await startGateway({ transport }), GOOD, headers);
        expect(status).toBe(401);
        expect(text).not.toContain('"auth"');
      },
    );

    it('says what is wrong with a form', async () => {
      const server = await startGateway({ transport });
      for (const id of ['', '1', '1.2:private-user.7', '1.2\n']) {
        const { status, text } = await ask(server, { ...GOOD, socket_id: id });
        expect(status).toBe(422);
        expect(text).toContain('socket_id');
      }
      expect((await ask(server, { ...GOOD, more: 'x'.repeat(1024) })).status).toBe(413);
      expect((await ask(server, GOOD, { 'x-ws-secret': GATEWAY_SECRET }, 'GET')).status).toBe(405);
    });

    it('is not there without a secret of the gateway', async () => {
      expect((await ask(await startServer({ transport }))).status).toBe(404);
    });
  });
});
