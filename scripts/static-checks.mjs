// The checks that run no code: format, lint with types and the import rules, and dead code where it is configured.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, runNode, say, toolPath } from './tools.mjs';

const CHECKS = [
  { name: 'format', tool: 'oxfmt', args: ['--check', '.'], remedy: 'npm run format' },
  { name: 'lint', tool: 'oxlint', args: ['--type-aware', '--max-warnings', '0'], remedy: 'npm run lint' },
  { name: 'dead code', tool: 'knip', args: [], remedy: 'npx knip', configuredBy: 'knip.json' },
];

/** Runs every check, also after one failed. @returns {Promise<string[]>} the names of those that failed */
export async function staticChecks() {
  const failed = [];
  for (const check of CHECKS) {
    if (check.configuredBy !== undefined && !existsSync(join(ROOT, check.configuredBy))) continue;
    say(`\nCheck: ${check.name}`);
    if (await runNode(toolPath(check.tool), check.args, { quiet: true })) continue;
    say(`The check "${check.name}" failed; see: ${check.remedy}`);
    failed.push(`check: ${check.name}`);
  }
  return failed;
}
