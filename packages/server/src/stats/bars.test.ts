import { expect, test } from 'vitest';
import { STATS_BUCKETS_MAX } from '../limits.ts';
import { barsOf, type BarsAsked } from './bars.ts';

const NOW = '2026-11-22T20:00:00.000Z';
const FIRST = '2026-11-01T08:30:00.000Z';
const clock = { nowMs: Date.parse(NOW), zone: 'UTC' };
const ms = (text: string): number => (text === '' ? Number.NaN : Date.parse(text));
const iso = (at: number): string => new Date(at).toISOString();

/** An empty end is open. */
async function bars(
  from: string,
  to: string,
  more: Partial<BarsAsked> = {},
): Promise<{ bucket: string; from: string; to: string; count: number }> {
  const span = { fromMs: from === '' ? Number.NEGATIVE_INFINITY : ms(from), toMs: to === '' ? Number.POSITIVE_INFINITY : ms(to) };
  const found = await barsOf({ span, clock, bucket: 'auto', first: () => ms(FIRST), ...more });
  return { bucket: found.bucket, from: iso(found.span.fromMs), to: iso(found.span.toMs), count: found.bounds.length - 1 };
}

test.each([
  // What can be drawn is drawn as it was asked for, empty bars and all.
  ['2026-08-24T00:00:00Z', '', 'day', '2026-08-24T00:00:00.000Z', '2026-11-22T21:00:00.000Z', 91],
  ['2026-11-22T00:00:00Z', '2026-11-23T00:00:00Z', 'hour', '2026-11-22T00:00:00.000Z', '2026-11-23T00:00:00.000Z', 24],
  ['', '', 'day', '2026-11-01T00:00:00.000Z', '2026-11-22T21:00:00.000Z', 22],
  // What cannot is drawn from the first event on, and up to now.
  ['0001-01-01T00:00:00Z', '', 'day', '2026-11-01T08:00:00.000Z', '2026-11-22T21:00:00.000Z', 22],
  ['1900-01-01T00:00:00Z', '9999-01-01T00:00:00Z', 'day', '2026-11-01T08:00:00.000Z', '2026-11-22T21:00:00.000Z', 22],
  ['', '9999-01-01T00:00:00Z', 'day', '2026-11-01T00:00:00.000Z', '2026-11-22T21:00:00.000Z', 22],
  ['2026-11-20T00:00:00Z', '9999-01-01T00:00:00Z', 'hour', '2026-11-20T00:00:00.000Z', '2026-11-22T21:00:00.000Z', 69],
  // Where nothing can be, one empty bar says so, at the place that was asked for.
  ['9999-12-31T00:00:00Z', '', 'hour', '9999-12-31T00:00:00.000Z', '9999-12-31T00:00:00.000Z', 1],
  ['0001-01-01T00:00:00Z', '1500-01-01T00:00:00Z', 'hour', '1500-01-01T00:00:00.000Z', '1500-01-01T00:00:00.000Z', 1],
  ['3000-01-01T00:00:00Z', '9000-01-01T00:00:00Z', 'hour', '3000-01-01T00:00:00.000Z', '3000-01-01T00:00:00.000Z', 1],
])('from %s to %s are bars of a %s', async (from, to, bucket, begin, end, count) => {
  expect(await bars(from, to)).toEqual({ bucket, from: begin, to: end, count });
});

test('auto always fits, whatever is asked for and however old the first event is', async () => {
  for (const from of ['', '0001-01-01T00:00:00Z', '1700-01-01T00:00:00Z', '2026-11-22T19:00:00Z'])
    for (const to of ['', '2026-11-22T00:00:00Z', '9999-12-31T00:00:00Z'])
      for (const first of ['1950-01-01T00:00:00Z', FIRST, NOW]) {
        const { count } = await bars(from, to, { first: () => ms(first) });
        expect(count).toBeGreaterThan(0);
        expect(count).toBeLessThanOrEqual(STATS_BUCKETS_MAX);
      }
});

test('what is too much is named: the size of the bars, or where they begin', async () => {
  const ancient = { first: () => ms('1800-01-01T00:00:00Z') };
  const [from, open] = ['1800-01-01T00:00:00Z', ''];
  await expect(bars(from, '', { ...ancient, bucket: 'hour' })).rejects.toMatchObject({ details: { pointer: 'bucket' } });
  await expect(bars(from, '', { ...ancient, bucket: 'month' })).rejects.toMatchObject({ details: { pointer: 'from' } });
  await expect(bars(from, '', ancient)).rejects.toMatchObject({
    details: { pointer: 'from' },
    message: expect.stringContaining('begin later'),
  });
  expect(await bars(open, '', ancient)).toMatchObject({ bucket: 'month', count: STATS_BUCKETS_MAX });
});

test('the first event is looked for only where it is needed', async () => {
  const first = (): never => {
    throw new Error('it was asked for');
  };
  expect(await bars('2026-11-01T00:00:00Z', '', { first })).toMatchObject({ bucket: 'day' });
});
