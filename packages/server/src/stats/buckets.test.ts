import { describe, expect, test } from 'vitest';
import { autoBucket, bucketBounds, bucketStart } from './buckets.ts';

const at = (text: string): number => Date.parse(text);
const texts = (bounds: readonly number[] | undefined): string[] | undefined => bounds?.map((ms) => new Date(ms).toISOString().slice(0, 16));

describe('bars', () => {
  test('are whole, and meet every end of the time', () => {
    const span = { fromMs: at('2026-10-24T12:34:56.789Z'), toMs: at('2026-10-26T00:00:00Z') };
    expect(texts(bucketBounds(span, 'day', 'UTC'))).toEqual(['2026-10-24T00:00', '2026-10-25T00:00', '2026-10-26T00:00']);
    // The clocks of Berlin are set back on the 25th: a day of 25 hours.
    expect(texts(bucketBounds(span, 'day', 'Europe/Berlin'))).toEqual([
      '2026-10-23T22:00',
      '2026-10-24T22:00',
      '2026-10-25T23:00',
      '2026-10-26T23:00',
    ]);
  });

  test('of an hour are as long as an hour, also where clocks are set', () => {
    const bounds = bucketBounds({ fromMs: at('2026-10-25T00:10:00Z'), toMs: at('2026-10-25T03:00:00Z') }, 'hour', 'Europe/Berlin');
    expect(texts(bounds)).toEqual(['2026-10-25T00:00', '2026-10-25T01:00', '2026-10-25T02:00', '2026-10-25T03:00']);
    expect(texts([bucketStart(at('2026-10-25T00:10:00Z'), 'hour', 'Asia/Kolkata')])).toEqual(['2026-10-24T23:30']);
  });

  test('of a week begin on Monday, of a month on its first', () => {
    const sunday = at('2026-11-01T12:00:00Z');
    expect(texts([bucketStart(sunday, 'week', 'UTC'), bucketStart(sunday, 'month', 'UTC')])).toEqual([
      '2026-10-26T00:00',
      '2026-11-01T00:00',
    ]);
    expect(texts([bucketStart(at('0001-01-01T00:00:00Z'), 'week', 'UTC')])).toEqual(['0001-01-01T00:00']);
    expect(texts([bucketStart(at('1969-12-31T23:59:59.999Z'), 'hour', 'UTC')])).toEqual(['1969-12-31T23:00']);
  });

  test('are one at least and a thousand at most', () => {
    expect(bucketBounds({ fromMs: 0, toMs: 0 }, 'hour', 'UTC')).toHaveLength(2);
    expect(bucketBounds({ fromMs: 0, toMs: 1_000 * 3_600_000 }, 'hour', 'UTC')).toHaveLength(1_001);
    expect(bucketBounds({ fromMs: 0, toMs: 1_000 * 3_600_000 + 1 }, 'hour', 'UTC')).toBeUndefined();
  });

  test('are some dozens by default', () => {
    const day = 86_400_000;
    expect([1, 30, 90, 365, 2_500].map((days) => autoBucket({ fromMs: 0, toMs: days * day }))).toEqual([
      'hour',
      'day',
      'day',
      'week',
      'month',
    ]);
  });
});
