// What the log says of a resource at an instant, against a model that keeps its rows.

import { createHash } from 'node:crypto';
import { CLOCK_SKEW_MS_MAX, type JsonObject, type NewEvent, parse } from '@indelible/core';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { monthStart } from '../store/partitions.ts';
import type { TenantLog } from '../store/tenants.ts';
import { compareResource } from './compare.ts';
import { captured, type HistoryTrail, openHistoryTrail } from './history.test.fixture.ts';
import { readResourcePage } from './history-resource.ts';
import { reverseChange } from './reverse.ts';
import { makeTruncations } from './truncations.ts';
import { resourceState, type StateAnswer, type StateReader } from './state.ts';
import { accept } from './trail.test.fixture.ts';

const NOW_MS = Date.now();
const FIRST_MONTH = monthStart(new Date(NOW_MS), -7);
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

let trail: HistoryTrail;
let log: TenantLog;
let ask: StateReader;
/** Recording goes on in time, as in every log. */
let clockMs = FIRST_MONTH.getTime() + DAY_MS;

beforeAll(async () => {
  trail = await openHistoryTrail(FIRST_MONTH);
  await trail.append('org_acme', [captured({ verb: 'created', atMs: clockMs, id: 'first', after: { a: 1 } })], clockMs);
  await trail.append('org_other', [captured({ verb: 'created', atMs: clockMs, id: 'foreign', after: { secret: 1 } })], clockMs);
  log = await trail.log('org_acme');
  ask = { reader: trail.trail.reader, gaps: trail.gaps, truncations: makeTruncations() };
});

afterAll(async () => {
  await trail?.close();
});

/** Writes events a minute apart, each recorded as it occurs; returns their ids and times. */
async function write(...events: ((atMs: number) => NewEvent)[]): Promise<{ ids: string[]; times: number[] }> {
  const ids: string[] = [];
  const times: number[] = [];
  for (const event of events) {
    clockMs += MINUTE_MS;
    times.push(clockMs);
    ids.push(...(await trail.append('org_acme', [event(clockMs)], clockMs)));
  }
  return { ids, times };
}

const iso = (ms: number): string => new Date(ms).toISOString();
const state = (id: string, atMs?: number, type = 'bot'): Promise<StateAnswer> =>
  resourceState(ask, log, { type, id }, atMs === undefined ? {} : { at: iso(atMs) });

function setters(answer: StateAnswer, ids: readonly string[]): object {
  return Object.fromEntries(answer.fields.map(({ field, setBy }) => [field, setBy === undefined ? undefined : ids.indexOf(setBy.event)]));
}

interface Step {
  readonly atMs: number;
  readonly recordedMs: number;
  readonly row: JsonObject | undefined;
  readonly event: NewEvent;
  readonly actor: string;
}

/** Random changes of one resource over the months; some are recorded only months later, as an import is. */
function randomHistory(id: string, seed: number): Step[] {
  const value = fc.constantFrom<JsonObject[string]>(1, 2, 'x', null, ['y'], { z: 1 });
  const row = fc.record({ id: fc.constant(1), a: value, b: value, c: value });
  const step = fc.record({
    after: fc.option(row, { nil: undefined, freq: 6 }),
    minutes: fc.integer({ min: 1, max: 6_000 }),
    months: fc.constantFrom(0, 0, 0, 1, 3),
  });
  const steps: Step[] = [];
  let before: JsonObject | undefined;
  let atMs = FIRST_MONTH.getTime() + 2 * DAY_MS;
  for (const { after, minutes, months } of fc.sample(step, { seed, numRuns: 120 })) {
    atMs += minutes * MINUTE_MS;
    if (atMs > NOW_MS - 10 * DAY_MS) break;
    if (before === undefined && after === undefined) continue;
    const verb = before === undefined ? 'created' : after === undefined ? 'deleted' : 'updated';
    const actor = `usr_${steps.length}`;
    const event = captured({ verb, atMs, id, ...(before && { before }), ...(after && { after }), actor });
    steps.push({ atMs, recordedMs: Math.min(NOW_MS - 5 * DAY_MS, atMs + months * 30 * DAY_MS), row: after, event, actor });
    before = after;
  }
  return steps;
}

test('histories of many months, recorded out of order, give back every state, and who set each field', async () => {
  const histories = Array.from({ length: 6 }, (_, seed) => ({ id: `random_${seed}`, steps: randomHistory(`random_${seed}`, seed + 1) }));
  const all = histories.flatMap(({ steps }) => steps).toSorted((a, b) => a.recordedMs - b.recordedMs);
  expect(all.length).toBeGreaterThan(300);
  for (const { event, recordedMs } of all) await trail.append('org_acme', [event], recordedMs);
  clockMs = Math.max(clockMs, all.at(-1)?.recordedMs ?? 0);
  for (const { id, steps } of histories) {
    for (const [place, { atMs, row }] of steps.entries()) {
      const answer = await state(id, atMs);
      expect(answer.values).toEqual(row ?? {});
      expect(answer.standing).toBe(row === undefined ? 'deleted' : 'present');
      expect(answer.doubts).toEqual([]);
      expect(answer.partial).toBeUndefined();
      for (const { field, setBy } of answer.fields) expect(setBy?.actor?.id, field).toBe(setterOf(steps, place, field));
    }
    expect((await state(id, (steps[0]?.atMs ?? 0) - 1)).standing).toBe('absent');
    const page = await readResourcePage(ask, log, { type: 'bot', id });
    expect(page.state?.values).toEqual(steps.at(-1)?.row ?? {});
  }
}, 240_000);

/** Who wrote the row in which a leaf first had the value that it has at a place. */
function setterOf(steps: readonly Step[], place: number, field: string): string | undefined {
  const top = field.split('/')[0] ?? '';
  const now = JSON.stringify(steps[place]?.row?.[top]);
  let found = place;
  while (found > 0 && steps[found - 1]?.row !== undefined && JSON.stringify(steps[found - 1]?.row?.[top]) === now) found--;
  return steps[found]?.actor;
}

test('a section that was erased leaves the event, and a doubt', async () => {
  const { ids, times } = await write(
    (atMs) => captured({ verb: 'created', atMs, id: 'erased', after: { a: 1, b: 1 } }),
    (atMs) => captured({ verb: 'updated', atMs, id: 'erased', before: { a: 1, b: 1 }, after: { a: 2, b: 1 } }),
    (atMs) => captured({ verb: 'updated', atMs, id: 'erased', before: { a: 2, b: 1 }, after: { a: 2, b: 2 } }),
    (atMs) => captured({ verb: 'deleted', atMs, id: 'erased', before: { a: 2, b: 2 } }),
  );
  const [, second = '', , fourth = ''] = ids;
  await trail.erase(second, 'change');
  expect((await state('erased', times[1])).doubts).toEqual([
    { kind: 'values_missing', event: second, at: iso(times[1] ?? 0), action: 'bot.updated' },
  ]);
  const later = await state('erased', times[2]);
  expect(later.values).toEqual({ a: 2, b: 2 });
  expect(setters(later, ids)).toEqual({ a: undefined, b: 2 });
  expect(later.doubts).toMatchObject([{ kind: 'values_missing', event: second }]);
  await expect(reverseChange(ask, log, { type: 'bot', id: 'erased' }, second)).rejects.toMatchObject({
    code: 'parameter_invalid',
    message: expect.stringContaining('erased') as string,
  });
  // Whatever is erased of it, a deletion stays one.
  for (const section of ['change', 'core', 'source', 'actor', 'resource']) await trail.erase(fourth, section);
  expect(await state('erased')).toMatchObject({ standing: 'deleted', values: {}, last: { event: fourth, action: 'bot.deleted' } });
  const { versions } = await readResourcePage(ask, log, { type: 'bot', id: 'erased' });
  expect(versions.map(({ version, kind, event }) => [version, kind, ids.indexOf(event)])).toEqual([
    [4, 'deleted', 3],
    [3, 'changed', 2],
    [2, 'changed', 1],
    [1, 'created', 0],
  ]);
});

test('a truncation of the table removes what was there, in its own source alone', async () => {
  const { times, ids } = await write(
    (atMs) => captured({ verb: 'created', atMs, id: 't1', type: 'thing', after: { a: 1 } }),
    (atMs) => captured({ verb: 'created', atMs, id: 't2', type: 'thing', after: { a: 1 }, source: 'billing' }),
    (atMs) => captured({ verb: 'truncated', atMs, type: 'thing' }),
    (atMs) => captured({ verb: 'updated', atMs, id: 't3', type: 'thing', before: { a: 0 }, after: { a: 3 } }),
    (atMs) => captured({ verb: 'created', atMs, id: 't1', type: 'thing', after: { a: 9 } }),
  );
  const [first = 0, , truncated = 0, , again = 0] = times;
  expect((await state('t1', first, 'thing')).standing).toBe('present');
  expect(await state('t1', truncated, 'thing')).toMatchObject({
    standing: 'deleted',
    last: { event: ids[2], action: 'thing.truncated' },
    doubts: [],
  });
  expect(await state('t1', again, 'thing')).toMatchObject({ standing: 'present', values: { a: 9 } });
  expect((await state('t2', again, 'thing')).standing).toBe('present');
  // It came into being some time after the table was empty, and nobody told when.
  expect((await state('t3', truncated, 'thing')).standing).toBe('absent');
  expect((await state('t3', first, 'thing')).standing).toBe('unknown');
  expect(await state('t3', again, 'thing')).toMatchObject({ standing: 'present', values: { a: 3 } });
});

test('who emptied the table is told to whom may see that event, all of it', async () => {
  const { times, ids } = await write(
    (atMs) => captured({ verb: 'created', atMs, id: 'v1', type: 'vat', after: { a: 1 } }),
    (atMs) => ({
      ...captured({ verb: 'truncated', atMs, type: 'vat', actor: 'usr_inside' }),
      context: { ip: '10.1.2.3' },
      tags: ['night'],
    }),
  );
  const seen = (within: string): Promise<StateAnswer> =>
    resourceState(ask, { ...log, within: parse(within) }, { type: 'vat', id: 'v1' }, { at: iso(times[1] ?? 0) });
  const last = { event: ids[1], action: 'vat.truncated' };
  for (const within of ['-ip:192.0.2.0/24', '-tag:day'])
    expect(await seen(within)).toMatchObject({ standing: 'deleted', last: { ...last, actor: { id: 'usr_inside' } } });
  for (const within of ['-ip:10.0.0.0/8', '-tag:night', 'resource:vat/v1']) {
    const answer = await seen(within);
    expect(answer).toMatchObject({ standing: 'deleted', last });
    expect(JSON.stringify(answer)).not.toContain('usr_inside');
  }
});

test('secrets, denied attempts, and what only looked at the resource', async () => {
  const secret = (a: number): JsonObject => ({ id: 1, a, api_key: { redacted: 'api_key' } });
  const { ids } = await write(
    (atMs) => captured({ verb: 'created', atMs, id: 's1', after: secret(1) }),
    (atMs) => captured({ verb: 'updated', atMs, id: 's1', change: { before: secret(1), after: secret(1), fields: ['api_key'] } }),
    (atMs) => accept({ action: 'bot.deleted', outcome: 'denied', actor: { id: 'usr_9' }, resource: { type: 'bot', id: 's1' } }, atMs),
    (atMs) => accept({ action: 'bot.viewed', actor: { id: 'usr_9' }, resource: { type: 'bot', id: 's1' } }, atMs),
    (atMs) => accept({ action: 'bot.shared', actor: { id: 'usr_9' }, resource: { type: 'bot', id: 's1' } }, atMs),
  );
  const answer = await state('s1');
  expect(answer).toMatchObject({ standing: 'present', values: secret(1), doubts: [], resource: { name: 'The s1' } });
  expect(setters(answer, ids)).toEqual({ id: 0, a: 0, api_key: 1 });
  const page = await readResourcePage(ask, log, { type: 'bot', id: 's1' });
  expect(page.events).toHaveLength(5);
  expect(page.versions.map(({ version }) => version)).toEqual([2, 1]);
  expect(page.state).toMatchObject({ standing: 'present', values: secret(1) });
  expect(page.state).not.toHaveProperty('fields');
  expect(await reverseChange(ask, log, { type: 'bot', id: 's1' }, ids[1])).toMatchObject({
    kind: 'patch',
    patch: [],
    notRestorable: ['api_key'],
  });
  for (const nothing of [ids[2], ids[3], ids[4], undefined])
    await expect(reverseChange(ask, log, { type: 'bot', id: 's1' }, nothing)).rejects.toMatchObject({ code: 'parameter_invalid' });
});

test('versions are numbered alike on every page, in both orders', async () => {
  const changes = Array.from(
    { length: 23 },
    (_, index) => (atMs: number) =>
      index % 5 === 4
        ? accept({ action: 'bot.viewed', actor: { id: 'usr_9' }, resource: { type: 'bot', id: 'paged' } }, atMs)
        : captured({ verb: 'updated', atMs, id: 'paged', before: { n: index - 1 }, after: { n: index } }),
  );
  const { ids } = await write(...changes);
  const expected = ids.filter((_, index) => index % 5 !== 4);
  for (const order of ['desc', 'asc'] as const) {
    const numbers = new Map<string, number | undefined>();
    let cursor: string | undefined;
    do {
      const page = await readResourcePage(ask, log, { type: 'bot', id: 'paged' }, { limit: 4, order, cursor });
      expect(page.state === undefined).toBe(cursor !== undefined);
      for (const { event, version } of page.versions) numbers.set(event, version);
      cursor = page.next;
    } while (cursor !== undefined);
    expect(expected.map((id) => numbers.get(id))).toEqual(expected.map((_, index) => index + 1));
    expect(numbers.size).toBe(expected.length);
  }
});

test('what differs between two instants, and how a change is undone', async () => {
  const { ids, times } = await write(
    (atMs) => captured({ verb: 'created', atMs, id: 'c1', after: { id: 1, model: 'small', size: 1 } }),
    (atMs) =>
      captured({ verb: 'updated', atMs, id: 'c1', before: { id: 1, model: 'small', size: 1 }, after: { id: 1, model: 'large', size: 1 } }),
    (atMs) => captured({ verb: 'deleted', atMs, id: 'c1', before: { id: 1, model: 'large', size: 1 } }),
  );
  const [first = 0, second = 0, third = 0] = times;
  const compare = (from: number, to?: number) =>
    compareResource(ask, log, { type: 'bot', id: 'c1' }, { from: iso(from), to: to === undefined ? undefined : iso(to) });
  expect(await compare(first, second)).toMatchObject({
    resource: { type: 'bot', id: 'c1', name: 'The c1' },
    from: { at: iso(first), standing: 'present' },
    to: { at: iso(second), standing: 'present', last: { event: ids[1] } },
    deltas: [{ field: 'model', before: 'small', after: 'large', kind: 'changed', setBy: { event: ids[1] } }],
    patch: [{ op: 'replace', path: '/model', value: 'large' }],
    notRestorable: [],
  });
  expect((await compare(second, first)).patch).toEqual([{ op: 'replace', path: '/model', value: 'small' }]);
  expect(await compare(first - 1, first)).toMatchObject({ from: { standing: 'absent' }, deltas: { length: 3 } });
  expect(await compare(second)).toMatchObject({ to: { standing: 'deleted' }, deltas: { length: 3 } });
  expect(await compare(third, third)).toMatchObject({ deltas: [], patch: [] });
  await expect(compareResource(ask, log, { type: 'bot', id: 'c1' }, {})).rejects.toMatchObject({ code: 'parameter_invalid' });

  const reverse = (id = '', nowMs?: number) => reverseChange(ask, log, { type: 'bot', id: 'c1' }, id, nowMs);
  const beforeThird = third - CLOCK_SKEW_MS_MAX - 1;
  expect(await reverse(ids[0])).toMatchObject({ kind: 'remove', patch: [], changedSince: [''] });
  expect(await reverse(ids[1])).toMatchObject({ kind: 'patch', patch: [], changedSince: [''] });
  expect(await reverse(ids[1], beforeThird)).toMatchObject({
    kind: 'patch',
    event: { id: ids[1], at: iso(second), action: 'bot.updated' },
    patch: [
      { op: 'test', path: '/model', value: 'large' },
      { op: 'replace', path: '/model', value: 'small' },
    ],
  });
  expect(await reverse(ids[2])).toMatchObject({ kind: 'create', patch: [], values: { id: 1, model: 'large', size: 1 }, notRestorable: [] });
  await expect(reverseChange(ask, log, { type: 'bot', id: 's1' }, ids[1])).rejects.toMatchObject({ code: 'not_found' });
  await expect(reverse('no-id')).rejects.toMatchObject({ code: 'not_found' });
});

test('times in every form, in a zone', async () => {
  const { times } = await write((atMs) => captured({ verb: 'created', atMs, id: 'zoned', after: { a: 1 } }));
  const [madeMs = 0] = times;
  const at = async (text: string, zone?: string, nowMs = madeMs + 2 * DAY_MS): Promise<string> =>
    (await resourceState(ask, log, { type: 'bot', id: 'zoned' }, { at: text, zone, nowMs })).at;
  expect(await at('-1h', undefined, madeMs)).toBe(iso(madeMs - 3_600_000));
  expect(await at('2026-03-01', 'Europe/Berlin')).toBe('2026-02-28T23:00:00.000Z');
  expect(await at('2026-03')).toBe('2026-03-01T00:00:00.000Z');
  expect(await at('2026-03-01T10:00:00+02:00')).toBe('2026-03-01T08:00:00.000Z');
  for (const [text, zone] of [['soon'], ['2026-13-01'], ['2026-03-01T10:00:00 02:00'], ['2026-03-01', 'Mars/Base']] as const)
    await expect(at(text, zone)).rejects.toMatchObject({ code: 'parameter_invalid' });
});

test('a resource that no event is about is not found, and another tenant’s looks the same', async () => {
  const subjects = [
    [{ type: 'bot', id: 'foreign' }, /ids are exact/],
    [{ type: 'bot', id: 'nobody' }, /ids are exact/],
    [{ type: 'bots', id: 'first' }, /types are singular/],
  ] as const;
  for (const [subject, message] of subjects) {
    const failure = { code: 'not_found', message: expect.stringMatching(message) as string };
    await expect(resourceState(ask, log, subject)).rejects.toMatchObject(failure);
    await expect(resourceState(ask, log, subject, { at: '2020-01-01' })).rejects.toMatchObject(failure);
    await expect(readResourcePage(ask, log, subject)).rejects.toMatchObject(failure);
    await expect(compareResource(ask, log, subject, { from: '-1h' })).rejects.toMatchObject(failure);
    await expect(reverseChange(ask, log, subject, '00000000-0000-7000-8000-000000000000')).rejects.toMatchObject({ code: 'not_found' });
  }
  await write((atMs) =>
    accept(
      { action: 'bot.viewed', actor: { id: 'u' }, resource: { type: 'bot', id: 'first' }, related: [{ type: 'dataset', id: 'ds_1' }] },
      atMs,
    ),
  );
  await expect(readResourcePage(ask, log, { type: 'dataset', id: 'ds_1' })).rejects.toMatchObject({
    message: expect.stringContaining('related=true') as string,
  });
  const page = await readResourcePage(ask, log, { type: 'dataset', id: 'ds_1', related: true });
  expect(page).toMatchObject({ events: { length: 1 }, versions: [] });
  expect(page.state).toBeUndefined();
});

test('before the first event that is known it is unknown, not not found', async () => {
  const { times } = await write((atMs) => captured({ verb: 'observed', atMs, id: 'old', after: { a: 1 } }));
  expect(await state('old', FIRST_MONTH.getTime())).toMatchObject({
    standing: 'unknown',
    values: {},
    fields: [],
    knownSince: iso(times[0] ?? 0),
    resource: { name: 'The old' },
  });
});

test('a history that is too long is answered as far as it was read, and says how far', async () => {
  const text = createHash('sha512').update('x').digest('hex').repeat(1_500);
  const events: NewEvent[] = [];
  for (let index = 0; index < 120; index++) {
    clockMs += MINUTE_MS;
    const [before, after] = [index - 1, index].map((n) => ({ id: 1, n, text: `${text}${n}`, never: 'changed' }));
    events.push(
      captured({
        verb: 'updated',
        atMs: clockMs,
        id: 'long',
        change: { ...(after && { after }), ...(before && { before }), fields: ['n', 'text'] },
      }),
    );
  }
  for (let at = 0; at < events.length; at += 10) await trail.append('org_acme', events.slice(at, at + 10), clockMs);
  const answer = await state('long');
  expect(answer).toMatchObject({ standing: 'present', values: { n: 119, never: 'changed' }, partial: true });
  expect(answer.knownSince).toBeUndefined();
  expect(Date.parse(answer.searchedBackTo ?? '')).toBeGreaterThan(clockMs - 119 * MINUTE_MS);
  expect(answer.fields.filter(({ setBy }) => setBy === undefined).map(({ field }) => field)).toEqual(['id', 'never']);
}, 120_000);
