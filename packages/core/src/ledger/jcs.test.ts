import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toHex, utf8 } from './encoding.ts';
import { canonical } from './jcs.ts';

// Its declarations describe an ES module; the package is CommonJS, so the import is the function itself.
const serialize = canonicalize as unknown as (value: unknown) => string;

/** RFC 8785, appendix B: IEEE 754 bits and their text; undefined where there is none. */
const NUMBERS: readonly (readonly [string, string | undefined])[] = [
  ['0000000000000000', '0'],
  ['8000000000000000', '0'],
  ['0000000000000001', '5e-324'],
  ['8000000000000001', '-5e-324'],
  ['7fefffffffffffff', '1.7976931348623157e+308'],
  ['ffefffffffffffff', '-1.7976931348623157e+308'],
  ['4340000000000000', '9007199254740992'],
  ['c340000000000000', '-9007199254740992'],
  ['4430000000000000', '295147905179352830000'],
  ['7fffffffffffffff', undefined],
  ['7ff0000000000000', undefined],
  ['44b52d02c7e14af5', '9.999999999999997e+22'],
  ['44b52d02c7e14af6', '1e+23'],
  ['44b52d02c7e14af7', '1.0000000000000001e+23'],
  ['444b1ae4d6e2ef4e', '999999999999999700000'],
  ['444b1ae4d6e2ef4f', '999999999999999900000'],
  ['444b1ae4d6e2ef50', '1e+21'],
  ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
  ['3eb0c6f7a0b5ed8d', '0.000001'],
  ['41b3de4355555553', '333333333.3333332'],
  ['41b3de4355555554', '333333333.33333325'],
  ['41b3de4355555555', '333333333.3333333'],
  ['41b3de4355555556', '333333333.3333334'],
  ['41b3de4355555557', '333333333.33333343'],
  ['becbf647612f3696', '-0.0000033333333333333333'],
  ['43143ff3c1cb0959', '1424953923781206.2'],
];

function fromBits(bits: string): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, BigInt(`0x${bits}`));
  return view.getFloat64(0);
}

describe('RFC 8785', () => {
  test.each(NUMBERS)('appendix B: %s is %s', (bits, text) => {
    if (text === undefined) expect(() => canonical(fromBits(bits))).toThrow(TypeError);
    else expect(canonical(fromBits(bits))).toBe(text);
  });

  test('section 3.2.2 and the bytes of section 3.2.4', () => {
    const text = `{
      "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\"\\/",
      "literals": [null, true, false]
    }`;
    expect(toHex(utf8(canonical(JSON.parse(text))))).toBe(
      '7b226c69746572616c73223a5b6e756c6c2c747275652c66616c73655d2c226e756d62657273223a' +
        '5b3333333333333333332e333333333333332c31652b33302c342e352c302e3030322c31652d32375d' +
        '2c22737472696e67223a22e282ac245c75303030665c6e4127425c225c5c5c5c5c222f227d',
    );
  });

  test('section 3.2.3: keys are sorted by UTF-16 code units', () => {
    const value = {
      '\u20ac': 'Euro Sign',
      '\r': 'Carriage Return',
      '\ufb33': 'Hebrew Letter Dalet With Dagesh',
      '1': 'One',
      '\ud83d\ude00': 'Emoji: Grinning Face',
      '\u0080': 'Control',
      '\u00f6': 'Latin Small Letter O With Diaeresis',
    };
    expect(canonical(value)).toBe(
      '{"\\r":"Carriage Return","1":"One","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis",' +
        '"\u20ac":"Euro Sign","\ud83d\ude00":"Emoji: Grinning Face","\ufb33":"Hebrew Letter Dalet With Dagesh"}',
    );
  });

  test('section 3.2.2.2: escapes', () => {
    expect(canonical('\b\t\n\f\r\u0000\u001f"\\/\u007f\u2028')).toBe('"\\b\\t\\n\\f\\r\\u0000\\u001f\\"\\\\/\u007f\u2028"');
  });
});

test('integer-like keys and __proto__ keep their place and their value', () => {
  expect(canonical(JSON.parse('{"a":1,"__proto__":{"x":2},"9":3,"10":4,"constructor":5}'))).toBe(
    '{"10":4,"9":3,"__proto__":{"x":2},"a":1,"constructor":5}',
  );
  const many = Object.fromEntries(Array.from({ length: 120 }, (_, index) => [`${119 - index}`, index]));
  expect(canonical(many)).toBe(serialize(many));
});

test('what JSON cannot say is refused, never dropped', () => {
  class Point {
    x = 1;
  }
  const refused: unknown[] = [
    undefined,
    { a: undefined },
    [undefined],
    Object.assign([], { length: 2 }),
    1n,
    Symbol('s'),
    { [Symbol('s')]: 1 },
    () => 1,
    { toJSON: () => 1 },
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    '\ud800',
    'a\udc00b',
    '\ude00\ud83d',
    { '\ud800': 1 },
    new Date(0),
    new Map(),
    new Set(),
    new Point(),
    new Uint8Array(1),
    /x/,
    new (class extends Array {})(),
    Object.create({ a: 1 }),
    Object('text'),
  ];
  for (const value of refused) expect(() => canonical(value), typeof value).toThrow(TypeError);
  const circle: unknown[] = [];
  circle.push(circle);
  expect(() => canonical(circle)).toThrow(TypeError);
  expect(canonical(Object.assign(Object.create(null), { a: 1 }))).toBe('{"a":1}');
});

test('a value of 256 levels is written, one of 257 is refused', () => {
  expect(canonical(JSON.parse('['.repeat(256) + ']'.repeat(256)))).toHaveLength(512);
  expect(() => canonical(JSON.parse('['.repeat(257) + ']'.repeat(257)))).toThrow(TypeError);
});

const json = fc.oneof(
  fc.jsonValue({ stringUnit: 'binary', maxDepth: 5 }),
  fc.dictionary(fc.oneof(fc.string({ unit: 'binary' }), fc.integer().map(String), fc.constant('__proto__')), fc.jsonValue(), {
    minKeys: 0,
    maxKeys: 40,
  }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);

test('agrees with canonicalize on every JSON value', () => {
  fc.assert(
    fc.property(json, (value) => canonical(value) === serialize(value)),
    { numRuns: 1000 },
  );
});

test('reads back as the same value, and writes that alike', () => {
  fc.assert(
    fc.property(json, (value) => {
      const text = canonical(value);
      const back: unknown = JSON.parse(text);
      expect(canonical(back)).toBe(text);
      // -0 becomes 0, here and in JSON.stringify alike.
      expect(back).toEqual(JSON.parse(JSON.stringify(value)));
    }),
    { numRuns: 1000 },
  );
});

test('does not depend on the order in which keys were set', () => {
  const entries = fc.uniqueArray(fc.tuple(fc.string({ unit: 'binary' }), fc.jsonValue()), { selector: ([key]) => key, maxLength: 40 });
  fc.assert(fc.property(entries, (list) => canonical(Object.fromEntries(list)) === canonical(Object.fromEntries([...list].reverse()))));
});
