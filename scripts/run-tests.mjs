// Runs vitest in this process and counts what it did, so that a file which cannot be loaded counts as a failure too.

import { relative } from 'node:path';
import { ROOT } from './tools.mjs';

/**
 * @param {string[]} filters parts of file names; none means all files
 * @param {object} options vitest's own, for example {project: ['unit']}
 * @returns {Promise<{passed: number, failed: string[], skipped: string[]}>}
 */
export async function runTests(filters, options = {}) {
  process.chdir(ROOT);
  // Imported here, because it is not there before the first install.
  const { startVitest } = await import('vitest/node');
  const vitest = await startVitest('test', filters, { root: ROOT, watch: false, run: true, ...options });
  const counts = { passed: 0, failed: [], skipped: [] };
  for (const module of vitest.state.getTestModules()) {
    const file = relative(ROOT, module.moduleId);
    for (const test of module.children.allTests()) count(counts, test, `${file} > ${test.fullName}`);
    for (const suite of [module, ...module.children.allSuites()]) {
      for (const error of suite.errors()) counts.failed.push(`${file}: ${error.message}`);
    }
  }
  for (const error of vitest.state.getUnhandledErrors()) counts.failed.push(`outside of a test: ${error.message ?? String(error)}`);
  if (counts.failed.length === 0 && counts.passed === 0) counts.failed.push('no test ran');
  if (counts.failed.length === 0 && (process.exitCode ?? 0) !== 0) counts.failed.push('vitest itself failed; its message stands above');
  return counts;
}

function count(counts, test, name) {
  const { state, note } = test.result();
  if (state === 'passed') counts.passed++;
  else if (state === 'skipped') counts.skipped.push(note === undefined ? name : `${name} (${note})`);
  else counts.failed.push(state === 'failed' ? name : `${name} (did not end)`);
}
