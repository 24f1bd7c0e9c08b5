// The rules of what is worth a look: each finds what it is for, and nothing where there is nothing.

import { describe, expect, it } from 'vitest';
import type { Event } from '../../../api/queries.ts';
import { bulks, spikes } from './bulk.ts';
import { countCoverage, coverageSignals } from './coverage.ts';
import { eventOf } from './event.test.fixture.ts';
import { fold } from './fold.ts';
import { hoursApart, newPlaces } from './new-places.ts';
import { ranked, weightOf } from './rank.ts';

function signIn(at: string, country: string, outcome: Event['outcome'] = 'success', id = 'usr_maria'): Event {
  return eventOf({
    action: outcome === 'success' ? 'auth.login.succeeded' : 'auth.login.failed',
    outcome,
    occurredAt: at,
    actor: { type: 'user', id, attribution: 'asserted' },
    context: { ip: '192.0.2.1', location: { country } },
  });
}

const HABIT = ['2026-11-16T14:00:00Z', '2026-11-17T13:30:00Z', '2026-11-18T15:10:00Z'].map((at) => signIn(at, 'CA'));

describe('newPlaces', () => {
  it('finds a sign-in from a country that is new for somebody with a habit, with what went before', () => {
    const tries = [signIn('2026-11-20T07:30:00Z', 'CL', 'failure'), signIn('2026-11-20T05:00:00Z', 'CL', 'failure')];
    const [found, ...others] = newPlaces([signIn('2026-11-20T07:41:00Z', 'CL'), ...tries, ...HABIT]);
    expect(others).toEqual([]);
    expect(found).toMatchObject({ country: 'CL', usual: ['CA'], earlier: 3, unusualHour: true, failedBefore: 1 });
  });

  it('counts a new country once, and calls an hour near an earlier one usual', () => {
    const found = newPlaces([...HABIT, signIn('2026-11-20T12:00:00Z', 'ES'), signIn('2026-11-21T12:00:00Z', 'ES')]);
    expect(found).toHaveLength(1);
    expect(found[0]?.unusualHour).toBe(false);
  });

  it('says nothing of who has no habit yet, of other actors, of failures', () => {
    expect(newPlaces([...HABIT.slice(1), signIn('2026-11-20T07:41:00Z', 'CL')])).toEqual([]);
    expect(newPlaces([...HABIT, signIn('2026-11-20T07:41:00Z', 'CL', 'success', 'usr_joe')])).toEqual([]);
    expect(newPlaces([...HABIT, signIn('2026-11-20T07:41:00Z', 'CL', 'failure')])).toEqual([]);
  });

  it('measures hours by the clock, over midnight too', () => {
    expect(hoursApart(Date.parse('2026-11-20T23:00:00Z'), Date.parse('2026-11-18T01:00:00Z'))).toBe(2);
  });
});

describe('bulk', () => {
  const bucket = (hour: number, total: number) => ({
    from: `2026-11-20T${String(hour).padStart(2, '0')}:00:00.000Z`,
    to: `2026-11-20T${String(hour + 1).padStart(2, '0')}:00:00.000Z`,
    total,
    byOutcome: { success: total, failure: 0, denied: 0 },
  });

  it('looks into the hours that stand out, the fullest first', () => {
    const buckets = [bucket(0, 2), bucket(1, 0), bucket(2, 48), bucket(3, 3), bucket(4, 2), bucket(5, 13)];
    expect(spikes(buckets, 2).map(({ total }) => total)).toEqual([48, 13]);
    expect(spikes([bucket(0, 40), bucket(1, 41), bucket(2, 42)], 2)).toEqual([]);
    expect(spikes([bucket(0, 1), bucket(1, 9)], 2)).toEqual([]);
  });

  it('puts together what one request did', () => {
    const deletes = Array.from({ length: 12 }, (_, n) =>
      eventOf({
        action: 'record.deleted',
        operation: 'delete',
        context: { requestId: 'req 1' },
        resource: { type: 'record', id: String(n) },
      }),
    );
    const [found, ...others] = bulks([...deletes, eventOf({ context: { requestId: 'req_2' } })]);
    expect(others).toEqual([]);
    expect(found).toMatchObject({ count: 12, type: 'record', q: 'action:record.deleted request:"req 1"' });
  });

  it('falls back on the transaction, and leaves out what changed nothing', () => {
    const inTransaction = (outcome: Event['outcome']) =>
      Array.from({ length: 10 }, () => eventOf({ outcome, source: { kind: 'postgres', name: 'bots', transaction: '77' } }));
    expect(bulks(inTransaction('success'))[0]?.count).toBe(10);
    expect(bulks(inTransaction('denied'))).toEqual([]);
  });
});

describe('coverage', () => {
  const table = (name: string, state: 'captured' | 'not covered' | 'dropped' | 'skipped by configuration') => ({
    table: name,
    state,
    statements: [],
    rows: 10,
    unattributed: 1,
  });
  const report = {
    asOf: '2026-11-20T12:00:00Z',
    sources: [
      {
        name: 'bots',
        state: 'streaming' as const,
        slot: 's',
        publication: 'p',
        lag: {},
        counters: {},
        gaps: {
          open: [],
          past: [
            { at: '2026-11-01T00:00:00Z', reason: 'slot_lost', detail: 'old' },
            { at: '2026-11-19T00:00:00Z', reason: 'slot_lost', detail: 'new' },
          ],
        },
        tables: [table('a', 'captured'), table('b', 'not covered'), table('c', 'dropped'), table('d', 'skipped by configuration')],
        totals: { tables: {}, rows: 20, unattributed: 2 },
      },
    ],
  };

  it('tells of gaps of the time and of tables that nobody chose to leave out', () => {
    const signals = coverageSignals(report, Date.parse('2026-11-10T00:00:00Z'));
    expect(signals.map(({ kind }) => kind)).toEqual(['gap', 'uncovered']);
    expect(signals[0]).toMatchObject({ gap: { detail: 'new' }, open: false });
    expect(signals[1]).toMatchObject({ tables: [{ table: 'b' }] });
  });

  it('counts what exists', () => {
    expect(countCoverage(report)).toEqual({ captured: 1, tables: 3, openGaps: 0, pastGaps: 2, rows: 20, unattributed: 2 });
  });
});

describe('fold and rank', () => {
  it('folds neighbours of one request, or about one resource', () => {
    const same = (n: number) =>
      eventOf({ action: 'record.deleted', context: { requestId: 'r' }, resource: { type: 'record', id: String(n) } });
    expect(fold([same(1), same(2), eventOf({}), same(3)]).map(({ count }) => count)).toEqual([2, 1, 1]);
  });

  it('puts what may be an intruder before what is merely large', () => {
    const bulk = { kind: 'bulk' as const, count: 412, operation: 'update' as const, event: eventOf({}), q: '' };
    const nameless = { kind: 'nameless' as const, count: 1, estimate: false, event: eventOf({}) };
    const place = newPlaces([...HABIT, signIn('2026-11-20T02:00:00Z', 'CL')]);
    expect(ranked([bulk, nameless, ...place], 2).map(({ kind }) => kind)).toEqual(['new-place', 'nameless']);
    expect(weightOf({ ...bulk, operation: 'delete' })).toBeGreaterThan(weightOf(bulk));
  });
});
