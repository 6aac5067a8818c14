import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { connectionOptions, nextEvent, Pusher, subscribed } from '../support/client-libraries.js';
import { eventually } from '../support/eventually.js';
import { GATEWAY_SECRET, post, startGateway } from '../support/gateway.js';
import { CHROMIUM, chromiumPath, describeWith } from '../support/services.js';
import { TEST_APP, type TestServer } from '../support/start-server.js';
import { onEachTransport } from '../support/transports.js';

onEachTransport((transport) => {
  describe("the test page's endpoint of authorization", () => {
    it('lets pusher-js with the secret listen to what the gateway sends', async () => {
      const server = await startGateway({ transport });
      const client = new Pusher(TEST_APP.key, {
        ...connectionOptions(server),
        channelAuthorization: {
          endpoint: `http://127.0.0.1:${server.lastPort}/test.html/auth`,
          transport: 'ajax',
          headers: { 'X-WS-Secret': GATEWAY_SECRET },
        },
      });
      onTestFinished(() => {
        client.disconnect();
      });
      await subscribed(client, 'private-user.33');
      const heard = nextEvent(client.channel('private-user.33'), 'notification');
      await post(server, '/notify', { userId: 33, data: { title: 'Aviso' } });
      expect(await heard).toEqual({ title: 'Aviso' });

      const refused = nextEvent(client.subscribe('private-payments'), 'pusher:subscription_error');
      expect(await refused).toMatchObject({ type: 'AuthError', status: 403 });
    });
  });
});

describeWith(CHROMIUM, () => {
  let browser: Browser | undefined;

  beforeAll(async () => {
    // Chromium's sandbox needs a user other than root, and CI has none.
    browser = await chromium.launch({ executablePath: chromiumPath()!, args: ['--no-sandbox'] });
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
  });

  /** The page in a browser; a script that fails, or that the page's own policy refuses, fails the test. */
  const open = async ({ port }: TestServer): Promise<Page> => {
    const page = await browser!.newPage();
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') faults.push(message.text());
    });
    page.on('dialog', (dialog) => {
      faults.push(`a dialog said ${dialog.message()}`);
      void dialog.dismiss();
    });
    onTestFinished(async () => {
      await page.close();
      expect(faults).toEqual([]);
    });
    // The browser asks for an icon unless it may not.
    await page.route('**/favicon.ico', (route) => route.fulfill({ status: 204 }));
    await page.goto(`http://127.0.0.1:${port}/test.html`);
    return page;
  };

  onEachTransport((transport) => {
    describe('the test page', () => {
      it('hears what it sends, and takes markup for text', async () => {
        const server = await startGateway({ transport });
        const page = await open(server);
        const log = page.locator('#log');
        await page.locator('#channel').fill('news');
        await page.getByRole('button', { name: 'Connect and subscribe' }).click();
        await eventually(async () => {
          expect(await log.textContent()).toContain('subscription_succeeded');
        });
        const markup = '<img src=x onerror=alert(1)><script>alert(2)</script>';
        await server.api.trigger('news', 'tick', JSON.stringify({ markup }));
        await eventually(async () => {
          expect(await log.textContent()).toContain('<img src=x onerror=alert(1)>');
        });
        expect(await log.locator('*').count()).toBe(0);

        await page.locator('#secret').fill(GATEWAY_SECRET);
        await page.getByRole('button', { name: 'Send' }).click();
        await eventually(async () => {
          expect(await log.textContent()).toContain('200 {"success":true');
        });
      });

      it('listens, as it is, to the private channel that it sends to, once it has the secret', async () => {
        const page = await open(await startGateway({ transport }));
        const log = page.locator('#log');
        const connect = page.getByRole('button', { name: 'Connect and subscribe' });
        await connect.click();
        await eventually(async () => {
          expect(await log.textContent()).toContain('private-user.1 is private: give the secret');
        });
        await page.locator('#secret').fill(GATEWAY_SECRET);
        await connect.click();
        await eventually(async () => {
          expect(await log.textContent()).toContain('subscription_succeeded');
        });
        await page.getByRole('button', { name: 'Send' }).click();
        await eventually(async () => {
          expect(await log.textContent()).toContain('"event":"notification","channel":"private-user.1"');
          expect(await log.textContent()).toContain('"sent":true');
        });
      });
    });
  });
});
