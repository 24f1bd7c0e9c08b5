// Every page, in both themes, wide and narrow: axe finds nothing, nothing scrolls sideways, nothing is asked of another host,
// and nothing is thrown.

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSeat, type Seat, TENANT } from './browser.test.fixture.ts';
import { pagesOfDemo, SEATS } from './pages.test.fixture.ts';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

interface Violation {
  readonly id: string;
  readonly help: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

let axe = '';
let pages: Readonly<Record<string, string>> = {};

beforeAll(async () => {
  axe = await readFile(AXE, 'utf8');
  pages = await pagesOfDemo();
});

const open: Seat[] = [];
afterAll(async () => {
  for (const seat of open) await seat.close();
});

async function faultsOf(seat: Seat, path: string): Promise<string[]> {
  const { page } = seat;
  const separator = path.includes('?') ? '&' : '?';
  await page.goto(`${path}${separator}tenant=${TENANT}`);
  await page.waitForLoadState('networkidle');
  await page.evaluate(axe);
  const violations = await page.evaluate(async (tags) => {
    const run = (globalThis as unknown as { axe: { run: (on: unknown, how: unknown) => Promise<{ violations: Violation[] }> } }).axe;
    return (await run.run(document, { runOnly: tags, resultTypes: ['violations'] })).violations;
  }, RULES);
  const sideways = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  return [
    ...violations.flatMap(({ id, help, nodes }) => nodes.map(({ html }) => `${id}: ${help}: ${html.slice(0, 300)}`)),
    ...(sideways > 0 ? [`it scrolls sideways by ${sideways} px`] : []),
    ...seat.faults,
  ];
}

for (const { theme, width } of SEATS)
  test(`every page is accessible: ${theme}, ${width} px`, async () => {
    const seat = await openSeat({ theme, width });
    open.push(seat);
    const found: Record<string, string[]> = {};
    for (const [name, path] of Object.entries(pages)) {
      const faults = await faultsOf(seat, path);
      if (faults.length > 0) found[name] = faults;
    }
    expect(found).toEqual({});
  });

test('the page to sign in is accessible, with and without a link', async () => {
  for (const theme of ['light', 'dark'] as const) {
    const seat = await openSeat({ theme, anonymous: true });
    open.push(seat);
    expect(await faultsOf(seat, '/sign-in')).toEqual([]);
    expect(await faultsOf(seat, '/sign-in#iln_nothing')).toEqual([]);
  }
});
