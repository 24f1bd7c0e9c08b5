// What all tests in a browser share: `npm start` with its story, and the browser's program. Whoever names a running demo by
// INDELIBLE_TEST_DEMO_URL and INDELIBLE_TEST_DEMO_KEY (the key of its data directory) has them use that one.

import { startDemo } from '../docs/demo.test.fixture.ts';
import { chromiumPath } from './chromium.ts';

/** vitest calls it before the first test, and what it returns after the last. */
export async function setup(): Promise<() => Promise<void>> {
  process.env['INDELIBLE_TEST_CHROMIUM'] = await chromiumPath();
  if (process.env['INDELIBLE_TEST_DEMO_URL'] !== undefined) return async () => {};
  const demo = await startDemo();
  process.env['INDELIBLE_TEST_DEMO_URL'] = demo.url;
  process.env['INDELIBLE_TEST_DEMO_KEY'] = demo.key;
  process.env['INDELIBLE_TEST_DEMO_FOLDER'] = demo.folder;
  return () => demo.close();
}
