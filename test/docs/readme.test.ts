// What the README shows: its TypeScript compiles, its claims lead to tests, its numbers are those of docs/BENCHMARKS.md.

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { blocksOf, document, ROOT } from './blocks.test.fixture.ts';

const README = document('README.md');

/** Compiles a module as strictly as our own code, from within the repository, so that it finds what an application would have installed. */
function compile(code: string): { status: number | null; output: string } {
  const built = join(ROOT, 'test', 'dist');
  mkdirSync(built, { recursive: true });
  const folder = mkdtempSync(join(built, 'readme-'));
  try {
    writeFileSync(join(folder, 'example.ts'), code);
    const options = { noEmit: true, composite: false, incremental: false, types: ['node'], lib: ['ES2024'] };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ extends: '../../../tsconfig.base.json', compilerOptions: options }));
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', folder], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    return { status, output: stdout + stderr };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test('its TypeScript compiles, and is the six lines that it speaks of', () => {
  const examples = blocksOf(README).filter(({ language }) => language === 'ts');
  expect(examples).toHaveLength(1);
  for (const { text } of examples) {
    expect(text.trim().split('\n')).toHaveLength(6);
    expect(compile(text)).toEqual({ status: 0, output: '' });
    // So that a compiler which looks at nothing is noticed.
    expect(compile(`${text}\nattributeQueries(42);\n`).status).not.toBe(0);
  }
});

test('its npm scripts exist', () => {
  const { scripts } = JSON.parse(document('package.json')) as { scripts: Record<string, string> };
  const named = [...README.matchAll(/\bnpm (?:run )?(start|test|check|bench|build|format|lint)\b/g)].map(([, name = '']) => name);
  expect(named.length).toBeGreaterThan(1);
  expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
});

test('five claims, each linked to a test', () => {
  const claims = [...README.matchAll(/^\d\. \*\*.*$/gm)].map(([claim]) => claim);
  expect(claims).toHaveLength(5);
  const tests = claims.map((claim) => claim.match(/\]\((packages\/[^)]+\.test\.ts)\)/)?.[1]);
  expect(new Set(tests).size).toBe(5);
  for (const file of tests) expect(document(file ?? '')).toMatch(/\b(test|it)(\.each)?\(/);
});

test('its numbers are the figures of docs/BENCHMARKS.md, of the same day', () => {
  const figures = document('docs/BENCHMARKS.md');
  const rows = [...README.matchAll(/^\| [^|]+ \| ([^|]+) \| `npm run bench -- ([\w-]+)` \|$/gm)];
  expect(rows.length).toBeGreaterThan(4);
  for (const [row, cell = '', bench = ''] of rows) {
    const figure =
      figures
        .match(new RegExp(`^${bench} +\\d.*$`, 'm'))?.[0]
        .split(/\s+/)
        .slice(1) ?? [];
    const numbers = cell.match(/\d[\d,.]*/g) ?? [];
    expect(numbers.length).toBeGreaterThan(0);
    // The value, and where a second one is given what it was held against.
    expect({ row, numbers }).toEqual({ row, numbers: numbers.length === 1 ? [figure[0]] : [figure[0], figure[2]] });
  }
  const day = README.match(/measured (\d{4}-\d\d-\d\d)/)?.[1];
  expect(figures).toContain(`| Date | ${day} |`);
});

test('it fits on a screen or two', () => {
  expect(README.split('\n').length).toBeLessThanOrEqual(110);
});
