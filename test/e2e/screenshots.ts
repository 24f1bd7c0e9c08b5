// npm run screenshots [-- folder]: every page of the demo through every window, as pictures to be looked at.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openSeat, TENANT } from './browser.test.fixture.ts';
import { setup } from './demo.ts';
import { pagesOfDemo, SEATS } from './pages.test.fixture.ts';

const SETTLED_MS = 1_000;

const folder = process.argv[2] ?? 'screenshots';
await mkdir(folder, { recursive: true });
const stop = await setup();
try {
  const pages = Object.entries(await pagesOfDemo());
  for (const { theme, width } of SEATS) {
    const seat = await openSeat({ theme, width });
    for (const [name, path] of pages) {
      await seat.page.goto(`${path}${path.includes('?') ? '&' : '?'}tenant=${TENANT}`);
      await seat.page.waitForLoadState('networkidle');
      await seat.page.waitForTimeout(SETTLED_MS);
      await seat.page.screenshot({ path: join(folder, `${name.replaceAll(/[^a-z]+/g, '-')}-${width}-${theme}.png`) });
    }
    for (const fault of seat.faults) process.stderr.write(`${theme}, ${width} px: ${fault}\n`);
    process.stderr.write(`${theme}, ${width} px: ${pages.length} pages\n`);
    await seat.close();
  }
} finally {
  await stop();
}
process.exit(0);
