import { mkdirSync } from 'node:fs';
import { chromium, type Browser, type Locator, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { eventually } from '../support/eventually.js';
import { LaravelApp } from '../support/laravel-app.js';
import { ReactPage } from '../support/react-page.js';
import { CHROMIUM, chromiumPath, describeWith, LARAVEL, together } from '../support/services.js';
import { INSTALL_TIMEOUT_MS } from './core-suite.js';

/** Kept out of the repository. */
const SCREENSHOTS = new URL('../../coverage/screenshots/', import.meta.url).pathname;

/** A device's name, and the size of its window. */
const SIZES = [
  ['desktop', 1280, 800],
  ['phone', 375, 700],
] as const;

describeWith(together('The React page', LARAVEL, CHROMIUM), () => {
  let app: LaravelApp | undefined;
  let react: ReactPage | undefined;
  let browser: Browser | undefined;

  beforeAll(async () => {
    app = await LaravelApp.start(12);
    react = await ReactPage.start(app);
    // Chromium's sandbox needs a user other than root, and CI has none.
    browser = await chromium.launch({ executablePath: chromiumPath()!, args: ['--no-sandbox'] });
  }, INSTALL_TIMEOUT_MS);

  afterAll(async () => {
    await browser?.close();
    await react?.stop();
    await app?.stop();
  });

  /** A page in a browser of its own, whose faults fail the test. */
  const open = async (): Promise<Page> => {
    const context = await browser!.newContext();
    const page = await context.newPage();
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(error.message));
    onTestFinished(async () => {
      await context.close();
      expect(faults).toEqual([]);
    });
    await page.goto(react!.url);
    return page;
  };

  const logIn = async (page: Page, name: string, password = 'password') => {
    await page.getByLabel('E-mail').fill(`${name}@example.com`);
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Log in' }).click();
  };

  /** A page of someone who is logged in, connected and in the room with those who were there. */
  const openAs = async (name: string, ...room: string[]): Promise<Page> => {
    const page = await open();
    await logIn(page, name);
    await expectText(page.getByLabel('Connection'), 'connected');
    await expectItems(page.getByLabel('Members'), room);
    return page;
  };

  it('shows payments, credits, who is there and who is typing', async () => {
    const marta = await openAs('marta', 'Marta');
    const carlos = await openAs('carlos', 'Marta', 'Carlos');
    await expectItems(marta.getByLabel('Members'), ['Marta', 'Carlos']);

    await expectText(marta.getByLabel('Room'), 'No messages yet. Say hello.');
    await carlos.getByLabel('Message', { exact: true }).pressSequentially('On my way');
    await marta.getByText('Carlos is typing…').waitFor();
    await carlos.getByRole('button', { name: 'Send' }).click();
    // The sender is left out by toOthers(), and sees the message by the answer.
    for (const page of [marta, carlos]) await expectMessages(page, ['Carlos On my way']);
    await marta.getByLabel('Message', { exact: true }).fill('Thanks');
    await marta.getByLabel('Message', { exact: true }).press('Enter');
    for (const page of [marta, carlos]) await expectMessages(page, ['Carlos On my way', 'Marta Thanks']);

    await app!.fire('payment.received');
    const first = '250.50 cash on credit 1 of Nadia';
    for (const page of [marta, carlos]) await expectItems(page.getByLabel('Payments'), [first]);

    // The sender is left out by toOthers(), and sees it by the answer, which knows no client.
    await carlos.getByLabel('Credit', { exact: true }).fill('2');
    await carlos.getByLabel('Amount').fill('75');
    await carlos.getByRole('button', { name: 'Register' }).click();
    await expectItems(marta.getByLabel('Payments'), ['75.00 cash on credit 2 of Nadia', first]);
    await expectItems(carlos.getByLabel('Payments'), ['75.00 cash on credit 2', first]);

    expect((await app!.artisan(['credits:check-attention'])).code).toBe(0);
    for (const page of [marta, carlos]) {
      await expectItems(page.getByLabel('Credits'), [
        'Credit 2 of Nadia: 4425.00 ending_soon',
        'Credit 1 of Nadia: 4500.00 overdue',
      ]);
    }
    mkdirSync(SCREENSHOTS, { recursive: true });
    for (const [device, width, height] of SIZES) {
      await carlos.setViewportSize({ width, height });
      expect(await carlos.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
      await carlos.screenshot({ path: `${SCREENSHOTS}react-${device}.png`, fullPage: true });
    }

    await carlos.close();
    await expectItems(marta.getByLabel('Members'), ['Marta']);
  }, 60_000);

  it('offers the demo users, and keeps who logged in over a reload until they log out', async () => {
    const page = await open();
    await page.screenshot({ path: `${SCREENSHOTS}react-login.png`, fullPage: true });
    await page.getByRole('button', { name: 'Nadia' }).click();
    await page.getByRole('button', { name: 'Log in' }).click();
    await expectText(page.getByLabel('Connection'), 'connected');
    await page.reload();
    await expectText(page.getByRole('heading', { level: 1 }), 'Nadia, client');
    await expectText(page.getByLabel('Connection'), 'connected');
    await expectItems(page.getByLabel('Members'), ['Nadia']);

    await page.getByRole('button', { name: 'Log out' }).click();
    await page.reload();
    await page.getByRole('button', { name: 'Log in' }).waitFor();
  });

  it('asks to log in again when Laravel no longer takes the token', async () => {
    const page = await open();
    const session = { token: '1|gone', user: { id: 1, uuid: 'x', name: 'Marta', role: 'manager' } };
    await page.evaluate(`sessionStorage.setItem('session', '${JSON.stringify(session)}')`);
    await page.reload();
    await page.getByRole('button', { name: 'Log in' }).waitFor();
  });

  it('colours the state of the connection, and shows who is not in the room that they are not', async () => {
    const page = await open();
    await logIn(page, 'oscar');
    const state = page.getByLabel('Connection');
    await expectText(state, 'connected');
    await expectText(page.getByLabel('Room'), 'Oscar is not in this room.');

    const unanswered = await open();
    await unanswered.routeWebSocket(/\/app\//, () => undefined);
    await logIn(unanswered, 'oscar');
    await expectText(unanswered.getByLabel('Connection'), 'connecting');
    expect(await colourOf(unanswered)).not.toBe(await colourOf(page));
  });

  it('says why a login is refused', async () => {
    const page = await open();
    await logIn(page, 'marta', 'wrong');
    await expectText(page.getByRole('alert'), 'Unknown e-mail address, or wrong password.');
  });
});

const colourOf = (page: Page) => page.evaluate("getComputedStyle(document.querySelector('output')).color");

/** What stands in the chat, without the times. */
async function expectMessages(page: Page, messages: readonly string[]): Promise<void> {
  await eventually(async () => {
    const items = await page.getByLabel('Messages').getByRole('listitem').allInnerTexts();
    expect(items.map((text) => text.replace(/\s+\d+:\d+.*$/s, ''))).toEqual(messages);
  });
}

async function expectText(locator: Locator, text: string): Promise<void> {
  await locator.filter({ hasText: text }).waitFor();
}

async function expectItems(list: Locator, items: readonly string[]): Promise<void> {
  await eventually(async () => {
    expect(await list.getByRole('listitem').allInnerTexts()).toEqual(items);
  });
}
