import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toBase64url } from './encoding.ts';
import { canonical } from './jcs.ts';
import { originHash, parseSystemLeaf, printSystemLeaf } from './system-leaf.ts';
import type { SystemLeaf } from './system-leaf.ts';

const ROOT = new Uint8Array(32).fill(1);
const CHECKPOINT: SystemLeaf = {
  kind: 'checkpoint',
  originHash: originHash('logs.example/log/1'),
  size: 42,
  root: ROOT,
  previous: -1,
  time: 1772600767456,
};
const BEAT: SystemLeaf = { kind: 'beat', time: 1772600767456 };
const KEY: SystemLeaf = { kind: 'key', publicKey: ROOT, replaces: null, time: 1772600767456 };
const ROOT_64 = 'AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=';

test('the bytes of each kind', () => {
  expect(originHash('logs.example/log/1')).toBe('QdEaCtyBmudGMpFgZaZfeqGMpzoGedwZ2MZXxJJS264');
  expect(printSystemLeaf(CHECKPOINT)).toBe(
    `{"k":"checkpoint","n":42,"o":"QdEaCtyBmudGMpFgZaZfeqGMpzoGedwZ2MZXxJJS264","p":-1,"r":"${ROOT_64}","t":1772600767456,"v":1}`,
  );
  expect(printSystemLeaf(BEAT)).toBe('{"k":"beat","t":1772600767456,"v":1}');
  expect(printSystemLeaf(KEY)).toBe(`{"a":"ed25519","k":"key","n":"${ROOT_64}","p":null,"t":1772600767456,"v":1}`);
});

test('leaves read back, in their canonical form', () => {
  const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 });
  const time = fc.maxSafeNat();
  const leaf = fc.oneof(
    fc.record({
      kind: fc.constant('checkpoint' as const),
      originHash: bytes.map(toBase64url),
      size: fc.maxSafeNat(),
      root: bytes,
      previous: fc.oneof(fc.constant(-1), fc.maxSafeNat()),
      time,
    }),
    fc.record({ kind: fc.constant('beat' as const), time }),
    fc.record({ kind: fc.constant('key' as const), publicKey: bytes, replaces: fc.option(bytes), time }),
  );
  fc.assert(
    fc.property(leaf, (value) => {
      const text = printSystemLeaf(value);
      expect(canonical(JSON.parse(text))).toBe(text);
      expect(parseSystemLeaf(text)).toEqual(value);
    }),
  );
});

test('reading fails closed', () => {
  const texts = [CHECKPOINT, BEAT, KEY].map(printSystemLeaf);
  const bad = [
    '',
    'null',
    '[]',
    '{}',
    '{"k":"beat","v":1}',
    '{"k":"gap","t":1,"v":1}',
    ...texts.flatMap((text) => [
      text.replace('"v":1', '"v":2'),
      text.replace(',"v":1', ''),
      text.replace('"v":1', '"v":1,"w":1'),
      ` ${text}`,
      text.replace('"t":1', '"t":-1'),
      text.replace('"t":1772600767456', '"t":1.5'),
      text.replace('"k"', '"k":"beat","k"'),
    ]),
    ...['"n":42', '"n":"42"', '"n":-1', '"p":-2', '"p":null'].map((field) =>
      (texts[0] as string).replace(field.startsWith('"n"') ? '"n":42' : '"p":-1', field === '"n":42' ? '"n":42.0' : field),
    ),
    (texts[0] as string).replace('AQE=', 'AQF='),
    (texts[0] as string).replace('QdEaC', 'dEaC'),
    (texts[2] as string).replace('ed25519', 'rsa'),
  ];
  for (const text of bad) expect(() => parseSystemLeaf(text), text).toThrow(SyntaxError);
});

test('writing refuses what no leaf holds', () => {
  const bad: unknown[] = [
    { ...BEAT, time: -1 },
    { ...BEAT, time: 1.5 },
    { ...CHECKPOINT, previous: -2 },
    { ...CHECKPOINT, size: -1 },
    { ...CHECKPOINT, root: ROOT.subarray(1) },
    { ...CHECKPOINT, originHash: 'x' },
    { ...KEY, publicKey: ROOT.subarray(1) },
    { ...KEY, replaces: ROOT.subarray(1) },
  ];
  for (const leaf of bad) expect(() => printSystemLeaf(leaf as SystemLeaf)).toThrow(TypeError);
});
