// Whatever is done to a source, and whatever is cut while it is done, the trail has every change once and in order. In
// rounds, each with a seed and databases of its own; INDELIBLE_TEST_SEED repeats one, INDELIBLE_TEST_SECONDS sets the time
// on all servers together.

import { expect, test } from 'vitest';
import { randomRound } from './random-run.test.fixture.ts';
import { onEachServer } from '../servers.test.fixture.ts';

const SERVERS = process.env['INDELIBLE_TEST_DATABASE_15_URL'] === undefined ? 1 : 2;
const SECONDS = Number(process.env['INDELIBLE_TEST_SECONDS'] ?? 50) / SERVERS;
const ROUND_SECONDS = Math.min(10, SECONDS);
const given = process.env['INDELIBLE_TEST_SEED'];

onEachServer(({ url, version }) => {
  test(
    `random schemas, transactions, DDL and cuts against test_decoding, for ${SECONDS} s`,
    async () => {
      const end = Date.now() + SECONDS * 1_000;
      let seed = given === undefined ? Date.now() % 2 ** 31 : Number(given);
      let changes = 0;
      do {
        process.stderr.write(`random: seed ${seed} on PostgreSQL ${version}\n`);
        const result = await randomRound(seed++, ROUND_SECONDS, url);
        const errors = [...result.errors].map(([code, count]) => `${code} ${count}x`).join(', ');
        process.stderr.write(`random: ${result.changes} changes, ${result.unchanged} unchanged, ${result.cuts} cuts; ${errors}\n`);
        changes += result.changes;
      } while (Date.now() + ROUND_SECONDS * 1_000 < end);
      expect(changes).toBeGreaterThan(0);
    },
    (SECONDS + 240) * 1_000,
  );
});
