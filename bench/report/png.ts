import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

const BROWSERS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** The browser that draws; undefined where there is none. `CHROMIUM_PATH` names another. */
export function findBrowser(): string | undefined {
  return [process.env['CHROMIUM_PATH'] ?? '', ...BROWSERS].find((path) => path !== '' && existsSync(path));
}

/** Draws pictures with a browser, twice as fine as they are large. */
export async function drawPngs(
  browserPath: string,
  pictures: readonly { readonly svg: string; readonly path: string }[],
): Promise<void> {
  const browser = await chromium.launch({ executablePath: browserPath, args: ['--no-sandbox'] });
  try {
    const page = await browser.newPage({ deviceScaleFactor: 2 });
    for (const { svg, path } of pictures) {
      await page.setContent(`<body style="margin:0">${svg}</body>`);
      await page.locator('svg').screenshot({ path });
    }
  } finally {
    await browser.close();
  }
}
