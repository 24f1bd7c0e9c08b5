// Holes of the capture as doubts about a resource: which ones, from when to when, and what of the operator's log is told.

import { monthStart } from '../store/partitions.ts';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { GAPS_CACHE_MS } from '../limits.ts';
import type { TenantLog } from '../store/tenants.ts';
import { aboutSource, captured, type HistoryTrail, OPERATOR, openHistoryTrail } from './history.test.fixture.ts';
import { readResourcePage } from './history-resource.ts';
import { makeGaps } from './gaps.ts';
import { makeTruncations } from './truncations.ts';
import { resourceState } from './state.ts';
import { makeTenants } from '../store/tenants.ts';

const NOW_MS = Date.now();
const HOUR_MS = 3_600_000;
const START_MS = monthStart(new Date(NOW_MS), -2).getTime() + 10 * HOUR_MS;

let trail: HistoryTrail;
let log: TenantLog;
/** Each test has sources of its own. */
let source: string;
let number = 0;

beforeAll(async () => {
  trail = await openHistoryTrail(monthStart(new Date(NOW_MS), -3));
});

afterAll(async () => {
  await trail?.close();
});

beforeEach(() => {
  source = `shop${number++}`;
});

const hours = (count: number): number => START_MS + number * 48 * HOUR_MS + count * HOUR_MS;
const iso = (count: number): string => new Date(hours(count)).toISOString();
const row = (verb: 'created' | 'updated', count: number, type = 'bot') =>
  trail.append(
    'org_acme',
    [captured({ verb, atMs: hours(count), id: source, source, type, ...(verb === 'updated' && { before: { a: 1 } }), after: { a: 1 } })],
    hours(count),
  );
const told = (action: string, count: number, metadata: Parameters<typeof aboutSource>[2], more = {}) =>
  trail.append(
    OPERATOR,
    [aboutSource(action, hours(count), { slot: 'secret_slot', from: '0/AA', ...metadata }, more, source)],
    hours(count),
  );

async function doubts(count: number, type = 'bot'): Promise<unknown[]> {
  log = await trail.log('org_acme');
  const gaps = makeGaps(trail.trail.reader, makeTenants(trail.trail.owner));
  const answer = await resourceState(
    { reader: trail.trail.reader, gaps, truncations: makeTruncations() },
    log,
    { type, id: source },
    { at: iso(count) },
  );
  expect(JSON.stringify(answer)).not.toMatch(/secret|0\/AA|_operator/);
  return answer.doubts.map((doubt) => (doubt.kind === 'gap' ? [doubt.from, doubt.to, doubt.detail] : doubt.kind));
}

test('from when all was well until capture goes on, unless the resource is seen again', async () => {
  await told('capture.started', 0, { reason: 'setup' });
  await row('created', 1);
  await told('capture.coverage', 3, { reason: 'daily' });
  await told('capture.gap', 6, { reason: 'slot_lost', detail: 'secret detail', to: '0/BB' });
  expect(await doubts(2)).toEqual([]);
  const detail = `changes of the source ${source} may be missing (slot_lost)`;
  const from = new Date(hours(3) - 60_000).toISOString();
  // Before that somebody resumes it is open.
  expect(await doubts(7)).toEqual([[from, undefined, detail]]);
  await told('capture.started', 9, { reason: 'resumed_after_gap', to: '0/CC' });
  expect(await doubts(2)).toEqual([]);
  for (const at of [4, 7, 11]) expect(await doubts(at)).toEqual([[from, iso(9), detail]]);
  await row('updated', 12);
  expect(await doubts(11)).toHaveLength(1);
  expect(await doubts(12)).toEqual([]);
});

test('what was captured of the resource before the hole was found was not missing', async () => {
  await told('capture.started', 0, { reason: 'setup' });
  await row('created', 1);
  await row('updated', 4);
  await told('capture.gap', 6, { reason: 'slot_missing' });
  expect(await doubts(3)).toEqual([]);
  expect(await doubts(5)).toEqual([[iso(4), undefined, expect.stringContaining('slot_missing')]]);
});

test('a hole of single tables concerns their resources alone, and ends when the table is whole again', async () => {
  await told('capture.started', 0, { reason: 'setup' });
  await row('created', 1);
  await row('created', 1, 'dataset');
  await told('capture.gap', 4, { reason: 'table_unpublished', tables: ['public.bots'] });
  expect(await doubts(5)).toHaveLength(1);
  expect(await doubts(5, 'dataset')).toEqual([]);
  await told('capture.gap', 8, { reason: 'table_unpublished', tables: ['public.bots'], to: '0/BB' });
  expect((await doubts(9)).map((doubt) => (doubt as string[])[1])).toEqual([iso(8), iso(8)]);
  await row('updated', 10);
  expect(await doubts(10)).toEqual([]);
});

test('a table that the mapping names otherwise, and a hole that loses no change', async () => {
  await told('capture.started', 0, { reason: 'setup' });
  await row('created', 1, 'assistant');
  await told('capture.mapping', 2, {}, { change: { after: { tables: { 'public.bots': { type: 'assistant' } } }, fields: ['tables'] } });
  await told('capture.gap', 4, { reason: 'identity_changed', tables: ['public.bots'], to: '0/BB' });
  expect(await doubts(5, 'assistant')).toEqual([]);
  await told('capture.gap', 6, { reason: 'table_rewritten', tables: ['public.bots'], to: '0/BB' });
  expect(await doubts(7, 'assistant')).toHaveLength(1);
});

test('a source that was taken out is not captured until it is set up again', async () => {
  await told('capture.started', 0, { reason: 'setup' });
  await row('created', 1);
  await told('capture.stopped', 4, { reason: 'removed', to: '0/BB' });
  expect(await doubts(6)).toHaveLength(1);
  await told('capture.started', 8, { reason: 'setup' });
  expect(await doubts(9)).toMatchObject([[expect.any(String), iso(8), expect.any(String)]]);
});

test('a truncation of which nobody knows whose rows it removed counts for every tenant, and gives nothing else away', async () => {
  await row('created', 1);
  const unplaced = captured({ verb: 'truncated', atMs: hours(2), source, type: 'bot', actor: 'usr_secret' });
  await trail.append('default', [{ ...unplaced, tags: ['tenant:unknown'] }], hours(2));
  // One that has an owner is that owner's, and so is one of another source.
  await trail.append('default', [captured({ verb: 'truncated', atMs: hours(3), source, type: 'dataset' })], hours(3));
  const other = captured({ verb: 'truncated', atMs: hours(3), source: `${source}b`, type: 'assistant' });
  await trail.append('default', [{ ...other, tags: ['tenant:unknown'] }], hours(3));
  for (const type of ['dataset', 'assistant']) await row('created', 1, type);
  log = await trail.log('org_acme');
  const ask = {
    reader: trail.trail.reader,
    gaps: makeGaps(trail.trail.reader, makeTenants(trail.trail.owner)),
    truncations: makeTruncations(),
  };
  const at = (count: number, type = 'bot') => resourceState(ask, log, { type, id: source }, { at: iso(count) });
  expect((await at(1)).standing).toBe('present');
  const gone = await at(4);
  expect(gone).toMatchObject({ standing: 'deleted', values: {}, doubts: [], last: { action: 'bot.truncated', at: iso(2), seq: -1 } });
  expect(JSON.stringify(gone)).not.toMatch(/secret|default/);
  for (const type of ['dataset', 'assistant']) expect((await at(4, type)).standing).toBe('present');
});

test('what a sender writes into the operator’s log or under another source tells nothing', async () => {
  await told('capture.started', 0, { reason: 'setup' });
  await row('created', 1);
  await told('capture.gap', 4, { reason: 'forged' }, { source: { kind: 'api', name: source } });
  await trail.append(OPERATOR, [aboutSource('capture.gap', hours(4), { reason: 'slot_lost' }, {}, `${source}b`)], hours(4));
  await trail.append('org_acme', [aboutSource('capture.gap', hours(4), { reason: 'slot_lost' }, {}, source)], hours(4));
  expect(await doubts(5)).toEqual([]);
});

test('the page of a resource tells of a hole too, within a moment', async () => {
  await told('capture.started', 0, { reason: 'setup' });
  await row('created', 1);
  const ask = { reader: trail.trail.reader, gaps: trail.gaps, truncations: makeTruncations() };
  const state = async () => (await readResourcePage(ask, await trail.log('org_acme'), { type: 'bot', id: source }, {}, hours(9))).state;
  expect((await state())?.doubts).toEqual([]);
  await told('capture.gap', 4, { reason: 'slot_lost' });
  await vi.waitFor(async () => expect((await state())?.doubts).toHaveLength(1), { timeout: 10 * GAPS_CACHE_MS, interval: 100 });
});

test('what was read of a source is remembered, and what is put on record since is read', async () => {
  await told('capture.started', 0, { reason: 'setup' });
  await row('created', 1);
  await told('capture.mapping', 1, {}, { change: { after: { tables: { 'public.bots': { type: 'assistant' } } }, fields: ['tables'] } });
  await told('capture.gap', 2, { reason: 'table_unpublished', tables: ['public.bots'], to: '0/BB' });
  const gaps = makeGaps(trail.trail.reader, makeTenants(trail.trail.owner));
  const read = async (): Promise<unknown[]> =>
    (await gaps.of(source)).map(({ reason, fromMs, toMs, concerns }) => [reason, fromMs, toMs, concerns('bot'), concerns('assistant')]);
  const first = ['table_unpublished', hours(1) - 60_000, hours(2), false, true];
  expect(await read()).toEqual([first]);
  await told('capture.gap', 4, { reason: 'slot_lost' });
  const open = ['slot_lost', hours(2) - 60_000, undefined, true, true];
  await vi.waitFor(async () => expect(await read()).toEqual([first, open]), { timeout: 10 * GAPS_CACHE_MS, interval: 100 });
  // Another mapping, and what ends the hole: both change what is made of the events that are remembered.
  await told('capture.mapping', 5, {}, { change: { after: { tables: { 'public.bots': { type: 'bot' } } }, fields: ['tables'] } });
  await told('capture.started', 6, { reason: 'resumed_after_gap' });
  const changed = ['table_unpublished', hours(1) - 60_000, hours(2), true, false];
  const closed = ['slot_lost', hours(2) - 60_000, hours(6), true, true];
  await vi.waitFor(async () => expect(await read()).toEqual([changed, closed]), { timeout: 10 * GAPS_CACHE_MS, interval: 100 });
});
