// House rules that the linter has no rule for. Lengths and imports are the linter's (.oxlintrc.json).

import { expect, test } from 'vitest';
import { CODE, FILES, read } from './repository.test.fixture.ts';

/** Every place, as file:line, where a line matches. */
function places(files: readonly string[], pattern: RegExp): string[] {
  return files.flatMap((file) =>
    read(file)
      .split('\n')
      .flatMap((line, index) => (pattern.test(line) ? [`${file}:${index + 1}: ${line.trim()}`] : [])),
  );
}

// This file names what it forbids.
const OTHERS = CODE.filter((file) => file !== 'test/tidy/code.test.ts');

const NOTES = /\b(TODO|FIXME|HACK|XXX)\b/;
const SWITCHED_OFF = /@ts-(ignore|nocheck|expect-error)|(ox|es)lint-disable/;
const AS_ANY = /\bas any\b|: any\b[[\],;)=]/;

test('the rules find what they forbid', () => {
  expect(OTHERS.length).toBeGreaterThan(100);
  expect('const x = y as any;').toMatch(AS_ANY);
  expect('// TODO: later').toMatch(NOTES);
  expect('// oxlint-disable-next-line').toMatch(SWITCHED_OFF);
});

test('nothing is typed away, and no rule is switched off', () => {
  expect(places(OTHERS, AS_ANY)).toEqual([]);
  expect(places(OTHERS, SWITCHED_OFF)).toEqual([]);
});

test('no notes to oneself in the code', () => {
  expect(places(OTHERS, NOTES)).toEqual([]);
});

test('no path of one machine', () => {
  const text = FILES.filter((file) => /\.(ts|mjs|md|json|sql|yml|sh)$/.test(file) && !file.endsWith('package-lock.json'));
  const fixed = new RegExp(`(^|[\\s"'\`(=])/(${['work', 'tmp', 'home', 'root', 'Users'].join('|')})/[\\w.]`);
  expect(places(text, fixed)).toEqual([]);
});

test('a file of code opens with its job, is named in kebab-case, and has no default export', () => {
  const sources = CODE.filter((file) => file.startsWith('packages/') && !/\.test(\.fixture)?\.tsx?$/.test(file));
  expect(sources.filter((file) => !/^(#!.*\n)?(\/\/|\/\*\*) \S/.test(read(file)))).toEqual([]);
  expect(CODE.filter((file) => !/^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+)+$/.test(file.split('/').at(-1) ?? ''))).toEqual([]);
  // A tool's configuration is read by its default export.
  expect(
    places(
      CODE.filter((file) => !file.endsWith('.config.ts')),
      /^export default/,
    ),
  ).toEqual([]);
});
