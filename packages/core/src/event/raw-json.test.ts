import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Failure } from '../errors.ts';
import { EVENT_DEPTH_MAX } from '../limits.ts';
import { parseJson } from './raw-json.ts';
import type { Json } from './types.ts';

function failureOf(text: string): Failure {
  try {
    parseJson(text);
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error(`accepted: ${text.slice(0, 80)}`);
}

const nested = (depth: number): string => '{"a":'.repeat(depth) + '1' + '}'.repeat(depth);
const SAFE = fc
  .jsonValue({ maxDepth: 8, noUnicodeString: false })
  .filter(
    (value) => JSON.stringify(value).isWellFormed() && !/\\u(?:d[89a-f]|0000)|(?<![.\d])\d{16}|e[+-]?\d/i.test(JSON.stringify(value)),
  );

test.each([
  ['{"a":1,"a":2}', 7, '/a', 'again'],
  ['{"a":1,"\\u0061":2}', 7, '/a', 'again'],
  ['{"x":[{"b":{"c":1,"d":2,"c":3}}]}', 24, '/x/0/b/c', 'again'],
  ['{"__proto__":1,"__proto__":2}', 15, '/__proto__', 'again'],
  ['{"n":9007199254740992}', 5, '/n', '9007199254740992'],
  ['{"n":-9007199254740993}', 5, '/n', '-9007199254740993'],
  ['[0.5,123456789012345678901234567890]', 5, '/1', '123456789012345678901234567890'],
  ['{"a/b":{"~":1e400}}', 12, '/a~1b/~0', '1e400'],
  ['[1e-400]', 1, '/0', '1e-400'],
  ['{"s":"ab\\ud800"}', 8, '/s', 'surrogate'],
  ['{"s":"\\udc00\\ud800"}', 6, '/s', 'surrogate'],
  ['{"s":"\\ud83d\\ude00\\ud83dx"}', 18, '/s', 'surrogate'],
  ['{"s":"\ud800"}', 6, '/s', 'surrogate'],
  ['{"\\ud800":1}', 2, '', 'surrogate'],
  ['{"s":"a\\u0000b"}', 7, '/s', 'U+0000'],
  ['{"\\u0000":1}', 2, '', 'U+0000'],
  ['{"s":"\\\\\\u0000"}', 8, '/s', 'U+0000'],
  ['{"a":tru}', 5, '/a', '"t"'],
  ['{"a":1,}', 7, '', '"}"'],
  ['{"a" 1}', 5, '/a', '"1"'],
  ['[1 2]', 3, '', '"2"'],
  ['[01]', 2, '', '"1"'],
  ['[-]', 2, '/0', '"]"'],
  ['["\\x"]', 2, '/0', 'x'],
  ['["a\nb"]', 3, '/0', '"\\n"'],
  ['["open', 6, '/0', 'end of the text'],
  ['{} x', 3, '', '"x"'],
  ['', 0, '', 'end of the text'],
  ['\ufeff{}', 0, '', '\ufeff'],
])('%j is refused at its place', (text, position, pointer, received) => {
  const failure = failureOf(text);
  expect(failure.code).toBe('json_invalid');
  expect(failure.details).toMatchObject({ position, pointer });
  expect(failure.details.received).toContain(received);
  expect(failure.message).toContain(`position ${position}`);
});

test.each([
  '{"a":{"a":{"a":1}},"b":{"a":2}}',
  '[{"a":1},{"a":1}]',
  '{"a":"b\\":c:","c:":":"}',
  '9007199254740991',
  '-9007199254740991',
  '[0.30000000000000004,1e5,-0.0,0e0,12345678901234567.5,2.5e-7,1E+2]',
  '"\\ud83d\\ude00 \\\\u0000 \\\\ud800 \\ud7ff \\ue000"',
  ' \t\r\n {"\\u00e4" : null} ',
  '{"__proto__":{"x":1},"constructor":{"__proto__":2}}',
])('%j is read as JSON.parse reads it', (text) => {
  // As texts, for a key "constructor" misleads the comparison of objects.
  expect(JSON.stringify(parseJson(text))).toBe(JSON.stringify(JSON.parse(text)));
});

test('a key __proto__ is kept as a key and changes no prototype', () => {
  const value = parseJson('{"__proto__":{"polluted":true}}') as object;
  expect(Object.keys(value)).toEqual(['__proto__']);
  expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});

test('32 levels are read, the 33rd is refused; the array around a batch is no level', () => {
  expect(parseJson(nested(EVENT_DEPTH_MAX))).toEqual(JSON.parse(nested(EVENT_DEPTH_MAX)));
  expect(failureOf(nested(EVENT_DEPTH_MAX + 1)).details.position).toBe(EVENT_DEPTH_MAX * 5);
  expect(parseJson(`[${nested(EVENT_DEPTH_MAX)}]`)).toEqual([JSON.parse(nested(EVENT_DEPTH_MAX))]);
  expect(failureOf(`[${nested(EVENT_DEPTH_MAX + 1)}]`).details.position).toBe(EVENT_DEPTH_MAX * 5 + 1);
  expect(failureOf('['.repeat(100_000)).message).toContain('32 levels');
});

test('an object of 100,000 keys takes no longer than its length asks for, and one key twice is found in it', () => {
  const members = Array.from({ length: 100_000 }, (_, index) => `"k${index}":${index}`);
  const started = performance.now();
  parseJson(`{${members.join(',')}}`);
  expect(failureOf(`{${members.join(',')},"k77":0}`).message).toContain('"k77" again');
  expect(performance.now() - started).toBeLessThan(10_000);
});

test('agrees with JSON.parse on everything that it accepts', () => {
  fc.assert(
    fc.property(fc.oneof(fc.json({ maxDepth: 10 }), fc.string(), fc.stringMatching(/^[[\]{}",:0-9e.\-\\u ]{0,12}$/)), (text) => {
      let accepted: Json;
      try {
        accepted = parseJson(text);
      } catch (error) {
        expect(error).toBeInstanceOf(Failure);
        return;
      }
      expect(JSON.stringify(accepted)).toBe(JSON.stringify(JSON.parse(text)));
    }),
    { numRuns: 3_000 },
  );
});

test('refuses whatever JSON.parse refuses, at a place inside the text', () => {
  fc.assert(
    fc.property(fc.json(), fc.nat(), fc.constantFrom('', '"', ',', '}', ']', ':', '\\', '0', 'x', '\u0001'), (json, at, character) => {
      const place = at % (json.length + 1);
      const text = json.slice(0, place) + character + json.slice(place + 1);
      let isJson = true;
      try {
        JSON.parse(text);
      } catch {
        isJson = false;
      }
      if (isJson) return;
      const { position } = failureOf(text).details;
      expect(position).toBeGreaterThanOrEqual(0);
      expect(position).toBeLessThanOrEqual(text.length);
    }),
    { numRuns: 2_000 },
  );
});

test('finds a fault planted anywhere, at its place', () => {
  const faults = ['{"k":0,"k":1}', '9007199254740993', '"x\\ud834"', '"\\u0000"', '1e999', '?'];
  const offsets = [7, 0, 2, 1, 0, 0];
  fc.assert(
    fc.property(
      fc.array(SAFE, { maxLength: 4 }),
      fc.array(SAFE, { maxLength: 4 }),
      fc.constantFrom(...faults.keys()),
      (before, after, which) => {
        const head = `{"a":[${before.map((value) => `${JSON.stringify(value)}, `).join('')}`;
        const text = `${head}${faults[which]}${after.map((value) => `,${JSON.stringify(value)}`).join('')}]}`;
        expect(failureOf(text).details).toMatchObject({
          position: head.length + (offsets[which] as number),
          pointer: expect.stringMatching(new RegExp(`^/a/${before.length}(/k)?$`)),
        });
      },
    ),
  );
});
