// What the README of examples/express says was added is all that its code knows of Indelible.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { blocksOf, document, ROOT } from './blocks.test.fixture.ts';

const EXAMPLE = 'examples/express';

test('the diff in the README of examples/express is in its sources, and nothing more', () => {
  const [diff] = blocksOf(document(`${EXAMPLE}/README.md`)).filter(({ language }) => language === 'diff');
  const added = new Map<string, string[]>();
  for (const line of diff?.text.trimEnd().split('\n') ?? []) {
    if (line.startsWith('--- ')) added.set(line.slice(4), []);
    else [...added.values()].at(-1)?.push(line.slice(1).trim());
  }
  expect([...added.values()].flat().filter((line) => !line.startsWith('import '))).toHaveLength(2);
  const sources = readdirSync(join(ROOT, EXAMPLE, 'src')).filter((name) => name.endsWith('.ts') && !name.includes('.test.'));
  const known = sources.flatMap((name) => {
    const lines = document(`${EXAMPLE}/src/${name}`).split('\n');
    const found = lines
      .map((line) => line.trim())
      .filter((line) => /indelible|attributeQueries|runWithContext/i.test(line) && !line.startsWith('//'));
    return found.length === 0 ? [] : [[`src/${name}`, found] as const];
  });
  expect(new Map(known)).toEqual(added);
});
