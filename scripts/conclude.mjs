// The end of a test run: what was skipped, what failed, and as the very last line the count.

/** Ends the process; its exit code is zero only if something passed and nothing failed. */
export function conclude({ passed, failed, skipped }) {
  const lines = [''];
  if (skipped.length > 0) lines.push('Skipped:', ...skipped.map((name) => `  ${name}`), '');
  if (failed.length > 0) lines.push('Failed:', ...failed.map((name) => `  ${firstLine(name)}`), '');
  lines.push(`${passed} passed, ${failed.length} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ''}`);
  process.stdout.write(`${lines.join('\n')}\n`, () => process.exit(failed.length === 0 && passed > 0 ? 0 : 1));
}

function firstLine(text) {
  return text.split('\n', 1)[0];
}
