// npm run nightly: what takes too long for every commit. The randomised capture test for half an hour, the consumer killed
// a hundred times, and foreign software for five minutes; each against a second witness. Arguments narrow the test files.

import { conclude } from './conclude.mjs';
import { prepareOrExit } from './prepare.mjs';
import { runTests } from './run-tests.mjs';

const LENGTHS = { INDELIBLE_TEST_SECONDS: '1800', INDELIBLE_TEST_KILLS: '100', INDELIBLE_TEST_FOREIGN_SECONDS: '300' };
const FILES = ['capture/oracle/random.db.test.ts', 'capture/oracle/kill.db.test.ts', 'capture/oracle/foreign.db.test.ts'];

await prepareOrExit();
for (const [name, value] of Object.entries(LENGTHS)) process.env[name] ??= value;
const wanted = process.argv.slice(2);
const files = wanted.length === 0 ? FILES : FILES.filter((file) => wanted.some((word) => file.includes(word)));
if (files.length === 0)
  conclude({ passed: 0, failed: [`none of ${FILES.join(', ')} has "${wanted.join('" or "')}" in its path`], skipped: [] });
// One after the other: each needs the machine for itself to be as quick as it can.
else conclude(await runTests(files, { project: ['database'], fileParallelism: false }));
