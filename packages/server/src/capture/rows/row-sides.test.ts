import { makeRedaction } from '@indelible/core';
import { expect, test } from 'vitest';
import { hashKeyOf } from './hash-key.ts';
import type { Relation, Tuple } from '../replication/pgoutput.ts';
import { mapUnknown } from '../tables/resource-map.ts';
import { rowEvent } from './row-event.ts';
import type { RowImages } from './row-image.ts';
import { sidesOf, toldTo } from './row-sides.ts';

const relation = {
  kind: 'relation',
  oid: 1,
  schema: 'public',
  name: 'bots',
  identity: 'f',
  columns: ['id', 'tenant_id', 'dataset_id', 'name', 'note'].map((name) => ({ name, type: 25, key: true, modifier: -1 })),
} as unknown as Relation;
const was: Tuple = ['id-of-a', 'a', 'set-of-a', 'name-of-a', 'note-of-a'];
const keyOnly: Tuple = ['id-of-a', null, null, null, null];
const is: Tuple = ['id-of-b', 'b', 'set-of-b', 'name-of-b', 'note-of-b'];
const moved: RowImages = { kind: 'update', relation, before: was, wholeBefore: true, after: is };

test('a row that stays, or comes or goes, is told to its tenant whole', () => {
  expect(sidesOf(moved, 'a', 'a')).toEqual([{ tenant: 'a', known: true, images: moved }]);
  expect(sidesOf(moved, undefined, undefined)).toEqual([{ tenant: 'default', known: false, images: moved }]);
  const made: RowImages = { ...moved, kind: 'insert', before: undefined, wholeBefore: false };
  expect(sidesOf(made, undefined, 'b')).toEqual([{ tenant: 'b', known: true, images: made }]);
  const gone: RowImages = { ...moved, kind: 'delete', after: undefined };
  expect(sidesOf(gone, 'a', undefined)).toEqual([{ tenant: 'a', known: true, images: gone }]);
});

test('tenants that are told of a truncation are told once each', () => {
  const emptied: RowImages = { ...moved, kind: 'truncate', before: undefined, wholeBefore: false, after: undefined };
  expect(toldTo(new Set(['a', undefined]), emptied).map(({ tenant, known }) => [tenant, known])).toEqual([
    ['a', true],
    ['default', false],
  ]);
});

test.each([
  ['b', 'a', true],
  ['b', 'a', false],
  ['b', undefined, true],
  [undefined, 'a', true],
])('nothing of the one side is in the event of the other (to %s, from %s, whole: %s)', (after, before, wholeBefore) => {
  const map = {
    ...mapUnknown('public.bots', 'bots', undefined, hashKeyOf(Buffer.alloc(32))),
    key: { columns: ['id'] },
    nameColumn: 'name',
    related: [{ relation: 'dataset', type: 'dataset', columns: ['dataset_id'] }],
  };
  const item = {
    kind: 'row',
    begin: { kind: 'begin', commitLsn: 1n, committedAt: 0, xid: 1 },
    ordinal: 0,
    change: { kind: 'update', relation, before: { kind: 'full', tuple: was }, after: is },
    message: undefined,
    bytes: 100,
  } as const;
  const settings = { name: 's', systemIdentifier: '1', timeline: 1, era: 0, nowMs: 0, types: new Map(), redaction: makeRedaction() };
  const images = { ...moved, wholeBefore, before: wholeBefore ? was : keyOnly };
  const sides = sidesOf(images, before, after);
  expect(sides.map(({ tenant, known }) => [tenant, known])).toEqual([
    [after ?? 'default', after !== undefined],
    [before ?? 'default', before !== undefined],
  ]);
  const actor = { type: 'user', attribution: 'none' } as const;
  const [now, then] = sides.map((side) => rowEvent(item, side.images, map, { actor }, side.known, settings));
  expect(now).toMatchObject({ resource: { id: 'id-of-b', name: 'name-of-b' }, change: { after: { note: 'note-of-b' } } });
  expect(now?.related).toEqual([{ relation: 'dataset', type: 'dataset', id: 'set-of-b' }]);
  expect(now?.change).not.toHaveProperty('before');
  expect(now?.change).not.toHaveProperty('unavailable');
  expect(JSON.stringify(now)).not.toMatch(/-of-a/);
  expect(then).toMatchObject({ resource: { id: 'id-of-a' } });
  expect(then?.change).not.toHaveProperty('after');
  expect(JSON.stringify(then)).not.toMatch(/-of-b/);
  expect(then?.id).toBe(now?.id);
});
