// How to undo a change that is not the last one, and what a resource was called that is gone: from a trail of sent events.

import type { JsonObject, NewEvent } from '@indelible/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { monthStart } from '../store/partitions.ts';
import type { TenantLog } from '../store/tenants.ts';
import { captured, type HistoryTrail, openHistoryTrail } from './history.test.fixture.ts';
import { readResourcePage } from './history-resource.ts';
import { type ReverseAnswer, reverseChange } from './reverse.ts';
import { resourceState, type StateReader } from './state.ts';
import { accept } from './trail.test.fixture.ts';
import { makeTruncations } from './truncations.ts';

const FIRST_MONTH = monthStart(new Date(), -7);
const DAY_MS = 86_400_000;

let trail: HistoryTrail;
let log: TenantLog;
let ask: StateReader;
let clockMs = FIRST_MONTH.getTime() + DAY_MS;

beforeAll(async () => {
  trail = await openHistoryTrail(FIRST_MONTH);
  await write((atMs) => captured({ verb: 'created', atMs, id: 'first', after: { a: 1 } }));
  log = await trail.log('org_acme');
  ask = { reader: trail.trail.reader, gaps: trail.gaps, truncations: makeTruncations() };
});
afterAll(async () => {
  await trail?.close();
});

/** Writes events five days apart, so that they lie in several partitions, each recorded as it occurs. */
async function write(...events: ((atMs: number) => NewEvent)[]): Promise<string[]> {
  const ids: string[] = [];
  for (const event of events) {
    clockMs += 5 * DAY_MS;
    ids.push(...(await trail.append('org_acme', [event(clockMs)], clockMs)));
  }
  return ids;
}

/** As an application sends it. */
function sent(verb: string, id: string, change?: { before?: JsonObject; after?: JsonObject }, name?: string): (atMs: number) => NewEvent {
  const resource = { type: 'bot', id, ...(name !== undefined && { name }) };
  return (atMs) => accept({ action: `bot.${verb}`, actor: { id: 'usr_1' }, resource, ...(change !== undefined && { change }) }, atMs);
}

const reverse = (id: string, event: string | undefined): Promise<ReverseAnswer> => reverseChange(ask, log, { type: 'bot', id }, event);

test('what was changed again since is left out of the patch, and named', async () => {
  const ids = await write(
    sent('created', 'b1', { after: { n: 1, cfg: { x: 1, y: 1 } } }),
    sent('updated', 'b1', { before: { n: 1, cfg: { x: 1, y: 1 } }, after: { cfg: { y: 2 } } }),
    sent('updated', 'b1', { after: { n: 7 } }),
  );
  expect(await reverse('b1', ids[1])).toMatchObject({
    kind: 'patch',
    patch: [
      { op: 'test', path: '/cfg/y', value: 2 },
      { op: 'replace', path: '/cfg/y', value: 1 },
      { op: 'add', path: '/cfg/x', value: 1 },
    ],
    notRestorable: [],
    changedSince: ['n'],
  });
  expect(await reverse('b1', ids[0])).toMatchObject({ kind: 'remove', changedSince: expect.arrayContaining(['n', 'cfg/x', 'cfg/y']) });
});

test('what was removed, or made again, since then is said', async () => {
  const ids = await write(
    sent('created', 'b2', { after: { n: 1 } }),
    sent('updated', 'b2', { before: { n: 1 }, after: { n: 2 } }),
    sent('deleted', 'b2', { before: { n: 2 } }),
  );
  expect(await reverse('b2', ids[0])).toMatchObject({ kind: 'remove', changedSince: [''] });
  expect(await reverse('b2', ids[1])).toMatchObject({ kind: 'patch', patch: [], changedSince: [''] });
  expect(await reverse('b2', ids[2])).toMatchObject({ kind: 'create', values: { n: 2 }, changedSince: [] });
  const [again] = await write(sent('created', 'b2', { after: { n: 2 } }));
  expect(await reverse('b2', ids[1])).toMatchObject({ patch: [], changedSince: [''] });
  const made = await reverse('b2', ids[2]);
  expect(made).toMatchObject({ kind: 'create', changedSince: [''] });
  expect(made).not.toHaveProperty('values');
  expect(await reverse('b2', ids[0])).toMatchObject({ kind: 'remove', changedSince: [''] });
  expect(await reverse('b2', again)).toMatchObject({ kind: 'remove', changedSince: [] });
});

test('a resource keeps its name when the event that removed it has none', async () => {
  // So long that its beginning lies in another partition.
  const views = Array.from({ length: 7 }, () => sent('viewed', 'b3'));
  await write(sent('created', 'b3', { after: { n: 1 } }, 'Support'), ...views, sent('deleted', 'b3', { before: { n: 1 } }));
  const removedMs = clockMs;
  const name = async (atMs: number): Promise<unknown> =>
    (await resourceState(ask, log, { type: 'bot', id: 'b3' }, { at: new Date(atMs).toISOString() })).resource.name;
  expect(await name(removedMs)).toBe('Support');
  expect((await readResourcePage(ask, log, { type: 'bot', id: 'b3' }, { limit: 1 })).state?.resource.name).toBe('Support');
  // What comes into being under the same id is something else.
  await write(sent('created', 'b3', { after: { n: 2 } }));
  expect(await name(clockMs)).toBeUndefined();
  expect(await name(removedMs)).toBe('Support');
});
