// The stored lines of disclosures: nothing of the text is passed over, so that whatever was changed in it changes what is hashed.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sectionLines, splitDisclosures } from './disclosures.ts';

const piece = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '\n', '"', 'ü'), maxLength: 30 });

test('lines are sections, and their names end at the first blank', () => {
  expect(sectionLines('')).toEqual([]);
  expect(sectionLines('actor {"id":"a b"}\ncore {}')).toEqual([
    ['actor', '{"id":"a b"}'],
    ['core', '{}'],
  ]);
});

test('every line is a section, empty ones and those without a blank too', () => {
  fc.assert(
    fc.property(piece, (text) => {
      const lines = text === '' ? [] : text.split('\n');
      const made = sectionLines(text);
      expect(made).toHaveLength(lines.length);
      expect(made.map(([name, value], at) => (lines[at]!.includes(' ') ? `${name} ${value}` : name))).toEqual(lines);
    }),
  );
});

test('each has the salt of its place', () => {
  const salts = Buffer.concat([Buffer.alloc(16, 1), Buffer.alloc(16, 2)]);
  expect(splitDisclosures({ disclosures: 'actor {}\ncore {"a":1}', salts }).map(({ text }) => text)).toEqual([
    '["AQEBAQEBAQEBAQEBAQEBAQ","actor",{}]',
    '["AgICAgICAgICAgICAgICAg","core",{"a":1}]',
  ]);
});
