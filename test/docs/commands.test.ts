// Every use of ./indelible in a document: the command exists, with the options that are shown; and every command is shown somewhere.

import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { blocksOf, document, ROOT } from './blocks.test.fixture.ts';

const DOCUMENTS = [
  'README.md',
  ...readdirSync(join(ROOT, 'docs')).flatMap((name) => (name.endsWith('.md') ? [`docs/${name}`] : [])),
  ...readdirSync(join(ROOT, 'examples')).map((name) => `examples/${name}/README.md`),
];
const INDELIBLE = join(ROOT, 'indelible');

/** Commands that are made of two words. */
const NESTED = new Set(['capture', 'key', 'log', 'person', 'role', 'search', 'stats', 'viewer', 'demo']);

interface Use {
  readonly command: string;
  readonly options: readonly string[];
}

function usesIn(text: string): Use[] {
  const blocks = blocksOf(text).flatMap((block) => (['sh', 'console'].includes(block.language) ? [block.text] : []));
  const inline = [...text.matchAll(/`(\.\/indelible [^`]+)`/g)].map(([, code = '']) => code);
  return [...[...blocks, ...inline].join('\n').matchAll(/\.\/indelible ([^\n|#&;)]+)/g)].map(([, line = '']) => {
    const [first = '', second = ''] = line.trim().split(/\s+/);
    const options = [...line.replace(/'[^']*'|"[^"]*"/g, '').matchAll(/\s(--[a-z-]+)/g)].map(([, option = '']) => option);
    return { command: NESTED.has(first) && /^[a-z]/.test(second) ? `${first} ${second}` : first, options };
  });
}

const USES = DOCUMENTS.flatMap((name) => usesIn(document(name)));
const COMMANDS = [...new Set(USES.map(({ command }) => command))].sort();

test.each(COMMANDS)('indelible %s', (command) => {
  const { status, stdout, stderr } = spawnSync(INDELIBLE, [...command.split(' '), '--help'], { cwd: ROOT, encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toContain(`indelible ${command}`);
  const shown = new Set(USES.flatMap((use) => (use.command === command ? use.options : [])));
  for (const option of shown) expect(stdout).toMatch(new RegExp(`${option}(?![\\w-])`));
});

test('every command is in some document', () => {
  const shown = new Set(COMMANDS.map((command) => command.split(' ')[0]));
  const help = execFileSync(INDELIBLE, ['--help'], { cwd: ROOT, encoding: 'utf8' });
  const commands = [...(help.split('Commands:')[1]?.matchAll(/^ {2}([a-z]+)\b/gm) ?? [])].map(([, command = '']) => command);
  expect(commands.length).toBeGreaterThan(10);
  // `demo` is what npm start runs.
  expect(commands.filter((command) => command !== 'help' && command !== 'demo' && !shown.has(command))).toEqual([]);
});
