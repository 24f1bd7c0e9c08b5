import { expect, test } from 'vitest';
import { roomCheck } from './slot-checks.ts';

const GIB = 1024 ** 3;

test.each([
  [{ lagBytes: 10, used: undefined }, 'ok'],
  [{ lagBytes: 10, used: 0.1 }, 'ok'],
  [{ lagBytes: 2 * GIB, used: undefined }, 'warning'],
  [{ lagBytes: 10, used: 0.5 }, 'warning'],
  [{ lagBytes: 10, used: 0.8 }, 'failed'],
] as const)('a slot with %o is %s', (slot, verdict) => {
  expect(roomCheck('indelible_shop', slot, 'self-managed', GIB).verdict).toBe(verdict);
});

test('near its limit, the limit is doubled, in the way of the provider', () => {
  const near = { lagBytes: GIB, used: 0.9 };
  expect(roomCheck('s', near, 'self-managed', GIB).statements).toEqual([
    `ALTER SYSTEM SET max_slot_wal_keep_size = '2048MB';`,
    'SELECT pg_reload_conf();',
  ]);
  expect(roomCheck('s', near, 'aurora', GIB).statements[0]).toContain('ParameterName=max_slot_wal_keep_size,ParameterValue=2048');
  expect(roomCheck('s', near, 'neon', GIB)).toMatchObject({ verdict: 'failed', statements: [] });
});
