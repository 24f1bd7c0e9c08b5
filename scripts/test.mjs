// npm test: makes the clone ready, then runs every check and every test. Arguments narrow the test files.

import { audit } from './audit.mjs';
import { conclude } from './conclude.mjs';
import { prepare } from './prepare.mjs';
import { runTests } from './run-tests.mjs';
import { staticChecks } from './static-checks.mjs';

await runAll(process.argv.slice(2));

async function runAll(filters) {
  if (!(await prepare())) return conclude({ passed: 0, failed: ['install or compile'], skipped: [] });
  const checks = await staticChecks();
  const known = await audit();
  const tests = await runTests(filters);
  conclude({ ...tests, failed: [...checks, ...known.failed, ...tests.failed], skipped: [...known.skipped, ...tests.skipped] });
}
