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
    await page.getByPlaceholder('E-mail').fill(`${name}@example.com`);
    await page.getByPlaceholder('Password').fill(password);
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

    await carlos.getByPlaceholder('Message').pressSequentially('On my way');
    await marta.getByText('Carlos is typing…').waitFor();

    await app!.fire('payment.received');
    const first = '250.50 cash on credit 1 of Nadia';
    for (const page of [marta, carlos]) await expectItems(page.getByLabel('Payments'), [first]);

    // The sender is left out by toOthers(), and sees it by the answer, which knows no client.
    await carlos.getByPlaceholder('Credit').fill('2');
    await carlos.getByPlaceholder('Amount').fill('75');
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
    await marta.screenshot({ path: `${SCREENSHOTS}react.png`, fullPage: true });

    await carlos.close();
    await expectItems(marta.getByLabel('Members'), ['Marta']);
  }, 60_000);

  it('says why a login is refused', async () => {
    const page = await open();
    await logIn(page, 'marta', 'wrong');
    await expectText(page.getByRole('alert'), 'Unknown e-mail address, or wrong password.');
  });
});

async function expectText(locator: Locator, text: string): Promise<void> {
  await locator.filter({ hasText: text }).waitFor();
}

async function expectItems(list: Locator, items: readonly string[]): Promise<void> {
  await eventually(async () => {
    expect(await list.getByRole('listitem').allInnerTexts()).toEqual(items);
  });
}
