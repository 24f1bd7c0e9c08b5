// Columns with odd names, very many columns, and rows that an event cannot hold as they are.

import { type AuditEvent, EVENT_BYTES_MAX } from '@indelible/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RowsTest, openRows } from '../rows/rows.test.fixture.ts';
import { onEachServer } from '../servers.test.fixture.ts';

const ODD = [
  ' ',
  '"',
  "'",
  '__proto__',
  'constructor',
  'toString',
  'a/b~c',
  '\u00e9'.repeat(31),
  '\u{1f600}'.repeat(15),
  'x\ty',
  '1',
  'select',
];
const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const MANY = Array.from({ length: 1_599 }, (_, index) => `c${index + 1}`);
const LONG_NAMES = MANY.map((name) => name.padEnd(63, '_'));
const CONTROL_NAMES = MANY.map((name) => name.padEnd(63, '\u0001'));
const PLENTY = Array.from({ length: 400 }, (_, index) => `p${index}`);

const table = (name: string, columns: readonly string[], type: string): string =>
  `create table ${name} (id int primary key, ${columns.map((column) => `${quoted(column)} ${type}`).join(', ')});`;
const SCHEMA = [
  table('odd', ODD, 'jsonb'),
  table('many', MANY, 'int'),
  table('long_names', LONG_NAMES, 'bool'),
  table('control_names', CONTROL_NAMES, 'bool'),
  table('plenty', PLENTY, 'text'),
  'create table documents (id int primary key, doc jsonb, other text);',
].join('\n');

onEachServer(({ url, version }) => {
  let rows: RowsTest;
  const size = (event: AuditEvent | undefined): number => Buffer.byteLength(JSON.stringify(event));

  beforeAll(async () => {
    rows = await openRows(SCHEMA, url);
  });

  afterAll(async () => {
    await rows.app.close();
  });

  test('names that JavaScript, JSON or SQL would stumble over', async () => {
    const values = ODD.map((name) => `'{${JSON.stringify(name).replaceAll("'", "''")}: 1}'`).join(', ');
    const [created, updated] = await rows.run(
      `insert into odd values (1, ${values})`,
      `update odd set "__proto__" = '2', " " = '{}', "a/b~c" = null`,
    );
    const after = JSON.parse(
      `{"id": 1, ${ODD.map((name) => `${JSON.stringify(name)}: {${JSON.stringify(name)}: 1}`).join(', ')}}`,
    ) as object;
    expect(new Map(Object.entries(created?.change?.after ?? {}))).toEqual(new Map(Object.entries(after)));
    expect(created?.change?.fields).toContain('__proto__/__proto__');
    expect(updated?.change?.fields).toEqual([' ', '__proto__', 'a~1b~0c']);
  });

  test('1600 columns', async () => {
    const list = MANY.map((_, index) => index).join(', ');
    const [created, updated] = await rows.run(`insert into many values (1, ${list})`, 'update many set c800 = -1');
    expect(Object.keys(created?.change?.after ?? {})).toHaveLength(1_600);
    expect(created?.change?.after).toMatchObject({ id: 1, c1: 0, c1599: 1_598 });
    expect(updated?.change?.fields).toEqual(['c800']);
    expect(updated?.change?.before).toMatchObject({ c800: 799 });
    expect(Object.keys(updated?.change?.before ?? {})).toHaveLength(1_600);
  });

  test('names alone that are too long for an event: what changed is told, and what is left out', async () => {
    const [created, updated] = await rows.run(
      `insert into long_names values (1${', true'.repeat(LONG_NAMES.length)})`,
      `update long_names set ${quoted(LONG_NAMES[7] ?? '')} = false`,
    );
    expect(Object.keys(created?.change?.after ?? {}).length === 1_600 || created?.change?.unavailable !== undefined).toBe(true);
    expect(size(updated)).toBeLessThanOrEqual(EVENT_BYTES_MAX);
    expect(updated?.change).toMatchObject({
      before: { [LONG_NAMES[7] ?? '']: true },
      after: { [LONG_NAMES[7] ?? '']: false },
      fields: [LONG_NAMES[7]],
    });
    const [, hopeless] = await rows.run(
      `insert into control_names values (1${', true'.repeat(CONTROL_NAMES.length)})`,
      `update control_names set ${CONTROL_NAMES.map((name) => `${quoted(name)} = false`).join(', ')}`,
    );
    expect(size(hopeless)).toBeLessThanOrEqual(EVENT_BYTES_MAX);
    expect(hopeless?.change).toEqual({
      before: {},
      after: {},
      fields: [],
      unavailable: [{ field: '', reason: expect.stringContaining('too large') }],
    });
  });

  test('many large values: the largest are named by size and hash until the event holds', async () => {
    const value = (index: number): string => `repeat('${index % 10}', ${(index + 1) * 20})`;
    const [created, updated] = await rows.run(
      `insert into plenty values (1, ${PLENTY.map((_, index) => value(index)).join(', ')})`,
      `update plenty set p0 = 'short', p399 = p398`,
    );
    for (const event of [created, updated]) expect(size(event)).toBeLessThanOrEqual(EVENT_BYTES_MAX);
    expect(created?.change?.after).toMatchObject({ p0: '0'.repeat(20), p399: { omitted: 'too large', bytes: 8_000 } });
    expect(updated?.change).toMatchObject({ after: { p0: 'short', p399: { bytes: 7_980 } }, fields: ['p0', 'p399'] });
    expect(updated?.change?.unavailable?.length).toBeLessThanOrEqual(200);
  });

  test('JSON whose paths are longer than an event, and JSON of many megabytes', async () => {
    const key = 'k'.repeat(10_000);
    const wide = `{"${key}": {${Array.from({ length: 1_000 }, (_, index) => `"${index}": ${index}`).join(', ')}}}`;
    const [created, updated, huge] = await rows.run(
      `insert into documents values (1, '${wide}')`,
      `update documents set doc = jsonb_set(doc, '{${key},999}', '-1')`,
      `update documents set doc = to_jsonb(repeat('x', 20000000))`,
    );
    for (const event of [created, updated, huge]) expect(size(event)).toBeLessThanOrEqual(EVENT_BYTES_MAX);
    expect(created?.change?.after).toEqual({ id: 1, doc: JSON.parse(wide) as unknown, other: null });
    expect(created?.change?.fields).toEqual(['doc', 'id', 'other']);
    expect(updated?.change?.fields).toEqual([`doc/${key}/999`]);
    expect(huge?.change).toMatchObject({ after: { doc: { omitted: 'too large', bytes: 20_000_002 } }, fields: ['doc'] });
  });

  if (version < 18) return;

  test('1600 columns of which only the key is known', async () => {
    const virtual = await openRows(
      `create table keyed (id int primary key, n int generated always as (1) virtual, ${MANY.slice(1)
        .map((name) => `${name} int`)
        .join(', ')})`,
      url,
    );
    const [, deleted] = await virtual.run('insert into keyed values (1)', 'delete from keyed');
    expect(deleted?.change).toMatchObject({ before: { id: 1 }, fields: ['id'] });
    expect(deleted?.change?.unavailable).toHaveLength(200);
    expect(deleted?.change?.unavailable?.at(-1)).toEqual({ field: '', reason: expect.stringContaining('1399 more columns') });
    await virtual.app.close();
  });
});
