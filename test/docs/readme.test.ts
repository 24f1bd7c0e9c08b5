// The examples of the README: its TypeScript compiles, and its commands exist with the options that it shows.

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');

function blocks(language: string): string[] {
  return [...README.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(([, code = '']) => code);
}

function run(command: string, args: readonly string[]): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: ROOT, encoding: 'utf8' });
  return { status, output: stdout + stderr };
}

/** Compiles a module as strictly as our own code, from within the repository, so that it finds what an application would have installed. */
function compile(code: string): { status: number | null; output: string } {
  const built = join(ROOT, 'test', 'dist');
  mkdirSync(built, { recursive: true });
  const folder = mkdtempSync(join(built, 'readme-'));
  try {
    writeFileSync(join(folder, 'example.ts'), code);
    const options = { noEmit: true, composite: false, incremental: false, types: ['node'], lib: ['ES2024'] };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ extends: '../../../tsconfig.base.json', compilerOptions: options }));
    return run(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', folder]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test('its TypeScript compiles', () => {
  const examples = blocks('ts');
  expect(examples.length).toBeGreaterThan(0);
  for (const example of examples) {
    expect(compile(example)).toEqual({ status: 0, output: '' });
    // So that a compiler which looks at nothing is noticed.
    expect(compile(`${example}\nattributeQueries(42);\n`).status).not.toBe(0);
  }
});

/** Every use of ./indelible: the words of the subcommand, and the options. */
function commands(): { words: string[]; options: string[] }[] {
  const text = [...blocks('sh'), ...[...README.matchAll(/`(\.\/indelible [^`]+)`/g)].map(([, code = '']) => code)].join('\n');
  return [...text.matchAll(/\.\/indelible ([^\n|#]+)/g)].map(([, line = '']) => {
    const [first = '', second = ''] = line.trim().split(/\s+/);
    const words = ['capture', 'key', 'log'].includes(first) ? [first, second] : [first];
    return { words, options: [...line.replace(/'[^']*'/g, '').matchAll(/\s(--[a-z-]+)/g)].map(([, option = '']) => option) };
  });
}

test('its commands exist, with the options that it shows', () => {
  const shown = commands();
  expect(new Set(shown.map(({ words }) => words[0]))).toEqual(new Set(['capture', 'serve', 'key', 'query', 'event', 'tail', 'verify']));
  for (const { words, options } of shown) {
    const help = run(join(ROOT, 'indelible'), [...words, '--help']);
    expect({ words, status: help.status }).toEqual({ words, status: 0 });
    expect(help.output).toContain(`indelible ${words.join(' ')}`);
    for (const option of options) expect(help.output).toMatch(new RegExp(`${option}(?![\\w-])`));
  }
});

test('its npm scripts exist', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
  const named = [...README.matchAll(/\bnpm (?:run )?(start|test|check|bench|build|format|lint)\b/g)].map(([, name = '']) => name);
  expect(named.length).toBeGreaterThan(1);
  expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
});
