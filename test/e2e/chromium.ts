// The browser of the tests: one that is there, or Debian's, which root installs.

import { installPackage, isExecutable } from '../debian-package.ts';

const GIVEN = 'INDELIBLE_TEST_CHROMIUM';
const KNOWN = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/** @throws Error that says what to do, where there is none and none can be installed */
export async function chromiumPath(): Promise<string> {
  const given = process.env[GIVEN];
  if (given !== undefined) {
    if (await isExecutable(given)) return given;
    throw new Error(`${GIVEN} is ${given}, and that is no program`);
  }
  const present = await firstOf(KNOWN);
  if (present !== undefined) return present;
  try {
    await installPackage('chromium');
  } catch (error) {
    throw new Error(
      `The tests in a browser need Chromium or Chrome: install one, or name it by ${GIVEN} (${error instanceof Error ? error.message : String(error)})`,
      { cause: error },
    );
  }
  const installed = await firstOf(KNOWN);
  if (installed === undefined) throw new Error(`chromium was installed, but is none of ${KNOWN.join(', ')}`);
  return installed;
}

async function firstOf(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) if (await isExecutable(path)) return path;
  return undefined;
}
