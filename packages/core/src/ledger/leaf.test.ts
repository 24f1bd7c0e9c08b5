import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../event/types.ts';
import { toBase64, toBase64url } from './encoding.ts';
import { canonical } from './jcs.ts';
import { commitment, disclosure, entry, leafHash, parseDisclosure, parseEntry, SECTION_NAMES } from './leaf.ts';

const ID = '0195606d-1c43-7abc-8def-0123456789ab';
const T = 1772600767456;
const salt = (byte: number) => toBase64url(new Uint8Array(16).fill(byte));

describe('the first golden vector', () => {
  const sections: readonly [string, string, JsonObject, string, string][] = [
    [
      salt(1),
      'actor',
      { id: 'usr_1', type: 'user', email: 'ada@example.com' },
      '["AQEBAQEBAQEBAQEBAQEBAQ","actor",{"email":"ada@example.com","id":"usr_1","type":"user"}]',
      'r9TrabAI521Ri9l9xBC9PHQS6Hl-12ht54a-dboaN64',
    ],
    [
      salt(2),
      'context',
      { ip: '203.0.113.77' },
      '["AgICAgICAgICAgICAgICAg","context",{"ip":"203.0.113.77"}]',
      'UrjydDU2p1XwQbt51u7KU8K0MGPifnfw7sI2lKWYZP4',
    ],
    [
      salt(3),
      'core',
      { action: 'user.role.updated', outcome: 'success', occurredAt: '2026-03-04T05:06:07.123Z' },
      '["AwMDAwMDAwMDAwMDAwMDAw","core",{"action":"user.role.updated","occurredAt":"2026-03-04T05:06:07.123Z","outcome":"success"}]',
      'XttjUMJ0YzftYfKgdMvLlN7zwC4xfSFqw9Fxdi0Xrvo',
    ],
  ];

  test.each(sections)('salt %s, section %s', (saltText, name, value, text, committed) => {
    expect(disclosure(saltText, name, value)).toBe(text);
    expect(commitment(text)).toBe(committed);
    expect(parseDisclosure(text)).toEqual({ salt: saltText, name, value });
  });

  test('entry and leaf hash, whatever the order of the sections', () => {
    for (const list of [sections, [...sections].reverse()]) {
      const text = entry({ c: Object.fromEntries(list.map(([, name, , , committed]) => [name, committed])), id: ID, t: T });
      expect(text).toBe(
        '{"c":{"actor":"r9TrabAI521Ri9l9xBC9PHQS6Hl-12ht54a-dboaN64","context":"UrjydDU2p1XwQbt51u7KU8K0MGPifnfw7sI2lKWYZP4","core":"XttjUMJ0YzftYfKgdMvLlN7zwC4xfSFqw9Fxdi0Xrvo"},"id":"0195606d-1c43-7abc-8def-0123456789ab","t":1772600767456,"v":1}',
      );
      expect(text).toHaveLength(238);
      expect(toBase64(leafHash(text))).toBe('KbiegP3kPqYwVqnbNnSmgONOxDrlf2yKRcSTdCNKZMw=');
    }
  });
});

test('an entry is the canonical form of its parts', () => {
  const hash = fc.uint8Array({ minLength: 32, maxLength: 32 }).map(toBase64url);
  const names = fc.subarray([...SECTION_NAMES]).chain((list) => fc.shuffledSubarray(list, { minLength: list.length }));
  const parts = fc.record({
    c: names.chain((list) => fc.tuple(...list.map((name) => fc.tuple(fc.constant(name), hash)))).map(Object.fromEntries),
    id: fc.uuid(),
    t: fc.maxSafeNat(),
  });
  fc.assert(
    fc.property(parts, (value) => {
      const text = entry(value);
      expect(text).toBe(canonical({ ...value, v: 1 }));
      expect(parseEntry(text)).toEqual(value);
    }),
  );
});

test('an entry refuses parts that would need escaping or mean nothing', () => {
  const c = { core: 'XttjUMJ0YzftYfKgdMvLlN7zwC4xfSFqw9Fxdi0Xrvo' };
  const bad: unknown[] = [
    { c, id: ID.toUpperCase(), t: T },
    { c, id: '"', t: T },
    { c, id: [ID], t: T },
    { c, id: ID, t: -1 },
    { c, id: ID, t: 1.5 },
    { c, id: ID, t: 2 ** 53 },
    { c, id: ID, t: `${T}` },
    { c: { 'co"re': c.core }, id: ID, t: T },
    { c: { 'behalf/5': c.core }, id: ID, t: T },
    { c: { 'related/50': c.core }, id: ID, t: T },
    { c: { core: `${c.core}A` }, id: ID, t: T },
    { c: { core: c.core.replace('o', '"') }, id: ID, t: T },
    { c: { core: `${c.core.slice(0, -1)}p` }, id: ID, t: T },
    { c: { core: [c.core] }, id: ID, t: T },
  ];
  for (const parts of bad) expect(() => entry(parts as never)).toThrow(TypeError);
});

test('reading an entry fails closed', () => {
  const good = entry({ c: { core: 'XttjUMJ0YzftYfKgdMvLlN7zwC4xfSFqw9Fxdi0Xrvo' }, id: ID, t: T });
  expect(() => parseEntry(good)).not.toThrow();
  const bad = [
    good.replace('"v":1', '"v":2'),
    good.replace(',"v":1', ''),
    good.replace('"v":1', '"v":1,"w":1'),
    good.replace('"v":1', '"v":1.0'),
    good.replace('"t":', '"t": '),
    good.replace('"t":1', '"t":-1'),
    good.replace('{"c"', '{"c":{},"c"'),
    ` ${good}`,
    '',
    'null',
    '[]',
    '{"c":null,"v":1}',
    '{"v":1}',
    good.replace('"core"', '"\\u0063ore"'),
  ];
  for (const text of bad) expect(() => parseEntry(text), text).toThrow(SyntaxError);
  expect(() => parseEntry(good.replace('"v":1', '"v":2'))).toThrow('version');
});

test('a disclosure has one spelling, and another salt, name or value has another commitment', () => {
  const good = disclosure(salt(1), 'core', { a: 1, b: 'x' });
  const bad = [
    '{}',
    '[]',
    good.replace(',{', ', {'),
    good.replace('"core"', '"kern"'),
    good.replace('"a":1', '"a":1.0'),
    good.replace('"a":1', '"a":1,"a":1'),
    `["${salt(1)}","core",[]]`,
    `["${salt(1)}","core",null]`,
    `["short","core",{}]`,
    `["${salt(1)}","core",{},0]`,
    `["${salt(1)}","core",{"a":"\ud800"}]`,
    `["${salt(1)}","core",{"a":${'['.repeat(10_000)}${']'.repeat(10_000)}}]`,
  ];
  for (const text of bad) expect(() => parseDisclosure(text), text.slice(0, 60)).toThrow(SyntaxError);
  expect(() => disclosure('short', 'core', {})).toThrow(TypeError);
  expect(() => disclosure(salt(1), 'kern', {})).toThrow(TypeError);
  const others = [
    disclosure(salt(2), 'core', { a: 1, b: 'x' }),
    disclosure(salt(1), 'actor', { a: 1, b: 'x' }),
    disclosure(salt(1), 'core', { a: 1, b: 'y' }),
  ];
  expect(new Set([good, ...others].map((text) => commitment(text))).size).toBe(4);
});
