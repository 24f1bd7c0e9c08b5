import { createHmac } from 'node:crypto';
import { CLOCK_SKEW_MS_MAX, makeRedaction } from '@indelible/core';
import { expect, test } from 'vitest';
import type { RowChange, RowItem } from '../replication/assemble.ts';
import { type Attributed, UNATTRIBUTED } from '../attribution/attribution.ts';
import { type Before, type Relation, type Tuple, UNCHANGED } from '../replication/pgoutput.ts';
import type { TableMap } from '../tables/resource-map.ts';
import { type EventSettings, rowEvent, skippedBecause } from './row-event.ts';
import { hashKeyOf, passingHashKey } from './hash-key.ts';
import { imagesOf, keyText } from './row-image.ts';
import type { SecretParts } from '../tables/secrets.ts';

const relation: Relation = {
  kind: 'relation',
  oid: 1,
  schema: 'public',
  name: 'bots',
  identity: 'f',
  columns: [
    { name: 'id', type: 23 },
    { name: 'name', type: 25 },
    { name: 'dataset_id', type: 23 },
    { name: 'api_key', type: 25 },
    { name: 'updated_at', type: 1184 },
  ],
};
const hashKey = hashKeyOf(Buffer.alloc(32, 7));
const secretly = (...rules: string[]): SecretParts => ({ rules, hashKey });
const map: TableMap = {
  table: 'public.bots',
  resourceType: 'bot',
  key: { columns: ['id'] },
  secrets: new Map([['api_key', 'api_key']]),
  hashKey,
  nameColumn: 'name',
  noise: new Set(['updated_at']),
  related: [{ relation: 'dataset', type: 'dataset', columns: ['dataset_id'] }],
  tenant: [],
  mapKeys: [],
  ownKey: undefined,
  skip: false,
};
const COMMITTED = Date.UTC(2026, 10, 22, 20);
const settings: EventSettings = {
  name: 'app',
  systemIdentifier: '7',
  timeline: 1,
  era: 0,
  nowMs: COMMITTED + 1_000,
  types: new Map(),
  redaction: makeRedaction(),
};
const maria: Attributed = { actor: { type: 'user', id: 'usr_maria', attribution: 'verified' } };

function item(change: RowChange, ordinal = 3): RowItem {
  return {
    kind: 'row',
    begin: { kind: 'begin', commitLsn: 0x16_b374_d848n, committedAt: COMMITTED, xid: 7731 },
    ordinal,
    change,
    message: undefined,
    bytes: 100,
  };
}

const event = (change: RowChange, attributed = maria, known = true) =>
  rowEvent(item(change), imagesOf(change), map, attributed, known, settings);
const full = (tuple: Tuple): Before => ({ kind: 'full', tuple });

test('an update, whole', () => {
  const change: RowChange = {
    kind: 'update',
    relation,
    before: full(['42', 'Old', '7', 'sk_1', 't1']),
    after: ['42', 'New', '8', 'sk_2', 't2'],
  };
  expect(event(change)).toEqual({
    id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
    idFromSender: false,
    action: 'bot.updated',
    category: 'resource',
    operation: 'update',
    outcome: 'success',
    severity: 'info',
    occurredAt: '2026-11-22T20:00:00.000Z',
    actor: maria.actor,
    resource: { type: 'bot', id: '42', name: 'New' },
    related: [
      { relation: 'dataset', type: 'dataset', id: '8' },
      { relation: 'dataset', type: 'dataset', id: '7' },
    ],
    change: {
      before: { id: 42, name: 'Old', dataset_id: 7, api_key: { redacted: 'api_key' }, updated_at: 't1' },
      after: { id: 42, name: 'New', dataset_id: 8, api_key: { redacted: 'api_key' }, updated_at: 't2' },
      fields: ['api_key', 'dataset_id', 'name', 'updated_at'],
    },
    source: { kind: 'postgres', name: 'app', position: '16/B374D848:3', transaction: '7731' },
  });
  expect(event(change).id).toBe(event(change).id);
  expect(rowEvent(item(change, 4), imagesOf(change), map, maria, true, settings).id).not.toBe(event(change).id);
});

test("a source's clock that is ahead never moves an event beyond what searches look for", () => {
  const change: RowChange = { kind: 'insert', relation, after: ['1', 'a', null, null, null] };
  const made = (aheadMs: number, known = true) =>
    rowEvent(item(change), imagesOf(change), map, { ...maria, metadata: { plan: 'pro' } }, known, {
      ...settings,
      nowMs: COMMITTED - aheadMs,
    });
  expect(made(CLOCK_SKEW_MS_MAX)).toMatchObject({ occurredAt: '2026-11-22T20:00:00.000Z', metadata: { plan: 'pro' } });
  expect(made(CLOCK_SKEW_MS_MAX).tags).toBeUndefined();
  const ahead = made(CLOCK_SKEW_MS_MAX + 60_000, false);
  expect(ahead).toMatchObject({
    occurredAt: '2026-11-22T19:59:00.000Z',
    metadata: { plan: 'pro', committedAt: '2026-11-22T20:00:00.000Z' },
    tags: ['tenant:unknown', 'clock:ahead'],
  });
  expect(ahead.id).toBe(made(0).id);
});

test('ids are of version 8, and another history of the same source gives others', () => {
  const change: RowChange = { kind: 'insert', relation, after: ['1', 'a', null, null, null] };
  const id = (era: number) => rowEvent(item(change), imagesOf(change), map, maria, true, { ...settings, era }).id;
  for (const era of [0, 1, 2]) expect(id(era)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab]/);
  expect(new Set([id(0), id(1), id(2)]).size).toBe(3);
});

test('a secret that is a key or a name is written as its hash, in the resource and where it is referred to', () => {
  const secretMap: TableMap = {
    ...map,
    key: { columns: ['api_key', 'id'], secret: secretly('api_key', '') },
    nameColumn: 'api_key',
    secrets: new Map([
      ['api_key', 'api_key'],
      ['dataset_id', 'token'],
    ]),
    related: [{ relation: 'dataset', type: 'dataset', columns: ['dataset_id'], secret: secretly('token') }],
  };
  const change: RowChange = {
    kind: 'update',
    relation,
    before: full(['1', 'a', 'tok_1', 'sk_1', 't']),
    after: ['1', 'b', 'tok_2', 'sk_2', 't'],
  };
  const made = rowEvent(item(change), imagesOf(change), secretMap, maria, true, settings);
  expect(JSON.stringify(made)).not.toMatch(/sk_[12]|tok_[12]/);
  expect(made.resource).toEqual({
    type: 'bot',
    id: keyText(['sk_2', '1'], secretly('api_key', '')),
    name: keyText(['sk_2'], secretly('api_key')),
  });
  expect(made.related?.map(({ id }) => id)).toEqual([
    keyText(['sk_1', '1'], secretly('api_key', '')),
    keyText(['tok_2'], secretly('token')),
    keyText(['tok_1'], secretly('token')),
  ]);
  expect(keyText(['tok_1'], secretly('token'))).toMatch(/^hmac:[0-9a-f]{64}$/);
  expect(made.change).toMatchObject({ before: { dataset_id: { redacted: 'token' } }, fields: ['api_key', 'dataset_id', 'name'] });
});

test('what hides a secret is of use to nobody who has not the key of the source', () => {
  // HMAC-SHA-256 of "555-0100" under 32 bytes of 7.
  expect(keyText(['555-0100'], secretly('phone'))).toBe(
    `hmac:${createHmac('sha256', Buffer.alloc(32, 7)).update('555-0100').digest('hex')}`,
  );
  expect(keyText(['555-0100'], { rules: ['phone'], hashKey: passingHashKey() })).not.toBe(keyText(['555-0100'], secretly('phone')));
  expect(JSON.stringify({ map, hashKey })).not.toContain(Buffer.alloc(32, 7).toString('base64').slice(0, 8));
  expect(JSON.stringify(hashKey)).toBe(JSON.stringify({ key: {}, id: hashKey.id }));
});

test('a card number is hidden as an id, in what refers to it and in its value; other values of such columns are shown', () => {
  const byValue: TableMap = {
    ...map,
    key: { columns: ['dataset_id'], secret: secretly('card_number') },
    nameColumn: 'dataset_id',
    secrets: new Map([['dataset_id', 'card_number']]),
    related: [{ relation: 'dataset', type: 'dataset', columns: ['dataset_id'], secret: secretly('card_number') }],
  };
  const card = '4111 1111 1111 1111';
  const made = (value: string) => {
    const change: RowChange = { kind: 'insert', relation, after: ['1', 'a', value, null, null] };
    return rowEvent(item(change), imagesOf(change), byValue, maria, true, { ...settings, types: new Map() });
  };
  const told = made(card);
  expect(JSON.stringify(told)).not.toContain('1111');
  const id = expect.stringMatching(/^hmac:/);
  expect(told).toMatchObject({ resource: { id, name: id }, related: [{ id }] });
  expect(made('queen of hearts')).toMatchObject({
    resource: { id: 'queen of hearts', name: 'queen of hearts' },
    related: [{ id: 'queen of hearts' }],
  });
});

test('what is skipped, and what is not', () => {
  const update = (before: Before, after: Tuple) => skippedBecause(map, imagesOf({ kind: 'update', relation, before, after }));
  const row = ['1', 'a', null, 'k', 't1'];
  expect(update(full(row), row)).toBe('unchanged');
  expect(update(full(row), ['1', UNCHANGED, null, 'k', 't1'])).toBe('unchanged');
  expect(update(full(row), ['1', 'a', null, 'k', 't2'])).toBe('noise');
  expect(update(full(row), ['1', 'b', null, 'k', 't2'])).toBeUndefined();
  expect(update(full(row), ['1', 'a', '5', 'k', 't1'])).toBeUndefined();
  // Without the earlier row nobody can say that nothing changed.
  expect(update(undefined, row)).toBeUndefined();
  expect(skippedBecause(map, imagesOf({ kind: 'insert', relation, after: row }))).toBeUndefined();
});

test('an earlier value that could not be had is named, never null', () => {
  const update = event({ kind: 'update', relation, before: undefined, after: ['1', 'b', null, UNCHANGED, 't'] });
  expect(update.change?.before).toBeUndefined();
  expect(update.change?.after).toEqual({ id: 1, name: 'b', dataset_id: null, updated_at: 't' });
  expect(update.change?.unavailable?.map(({ field }) => field).sort()).toEqual(['api_key', 'dataset_id', 'id', 'name', 'updated_at']);
  expect(update.change?.fields).toEqual([]);
  const moved = event({
    kind: 'update',
    relation,
    before: { kind: 'key', tuple: ['1', null, null, null, null] },
    after: ['2', 'b', null, 'k', 't'],
  });
  expect(moved.change).toMatchObject({ before: { id: 1 }, fields: ['id'] });
  const deleted = event({ kind: 'delete', relation, before: { kind: 'key', tuple: ['1', null, null, null, null] } });
  expect(deleted.change).toMatchObject({
    before: { id: 1 },
    fields: ['id'],
    unavailable: [{ field: 'name' }, { field: 'dataset_id' }, { field: 'api_key' }, { field: 'updated_at' }],
  });
  expect(deleted.resource).toEqual({ type: 'bot', id: '1' });
});

test('an unknown actor and an unknown tenant are said to be so', () => {
  const created = event({ kind: 'insert', relation, after: ['1', '', null, null, null] }, UNATTRIBUTED, false);
  expect(created).toMatchObject({
    actor: { type: 'unknown', attribution: 'none' },
    tags: ['tenant:unknown'],
    resource: { type: 'bot', id: '1' },
  });
  expect(created.resource?.name).toBeUndefined();
  expect(created.related).toBeUndefined();
});

test('large values leave the event small, equal ones on both sides stay equal', () => {
  const large = 'x'.repeat(200_000);
  const change: RowChange = { kind: 'update', relation, before: full(['1', large, '7', 'a', 't']), after: ['1', UNCHANGED, '7', 'b', 't'] };
  const made = rowEvent({ ...item(change), bytes: 400_000 }, imagesOf(change), map, maria, true, settings);
  expect(made.change?.before?.['name']).toEqual(made.change?.after?.['name']);
  expect(made.change?.fields).toEqual(['api_key']);
  expect(JSON.stringify(made).length).toBeLessThan(5_000);
});

test('keys of several columns never meet', () => {
  expect(keyText(['1', '2'])).toBe('1,2');
  expect(keyText(['a,b', 'c'])).not.toBe(keyText(['a', 'b,c']));
  expect(keyText(['a\\', 'b'])).not.toBe(keyText(['a', '\\b']));
  expect(keyText(['x'.repeat(300)])).toMatch(/^sha256:[0-9a-f]{64}$/);
});
