// npm run check: what takes about a minute. Compile, format, lint, and the tests that need no database.

import { conclude } from './conclude.mjs';
import { prepare } from './prepare.mjs';
import { runTests } from './run-tests.mjs';
import { staticChecks } from './static-checks.mjs';

await runQuick();

async function runQuick() {
  if (!(await prepare())) return conclude({ passed: 0, failed: ['install or compile'], skipped: [] });
  const checks = await staticChecks();
  const tests = await runTests([], { project: ['unit'] });
  conclude({ ...tests, failed: [...checks, ...tests.failed] });
}
