// A trail that is slow slows the reader: what waits in memory is bounded, and the source keeps the rest.

import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { CAPTURE_COMMIT_ROWS_MAX } from '../limits.ts';
import { type CaptureTest, openCaptureTest, until } from './capture.test.fixture.ts';
import { LOAD_SCHEMA, countCaptured } from './oracle/load.test.fixture.ts';

const TRANSACTIONS = 120;
const ROWS = 250;

let app: CaptureTest | undefined;

afterEach(async () => {
  await app?.close();
  app = undefined;
});

/** The place that was sent last, and the bytes that the source has written and not sent: what it keeps while the reader does not read. */
async function unsent(test: CaptureTest): Promise<{ sent: string | undefined; bytes: number }> {
  const answer = await test.admin.query<{ sent: string; bytes: string }>(
    `select r.sent_lsn::text as sent, pg_wal_lsn_diff(pg_current_wal_lsn(), r.sent_lsn)::text as bytes from pg_replication_slots s join pg_stat_replication r on r.pid = s.active_pid where s.slot_name = $1`,
    [test.slot],
  );
  return { sent: answer.rows[0]?.sent, bytes: Number(answer.rows[0]?.bytes ?? Number.NaN) };
}

test(
  'while the trail cannot write, the source keeps what does not fit into the queue; then all of it comes',
  { timeout: 120_000 },
  async () => {
    const test = await openCaptureTest(`${LOAD_SCHEMA}; alter table things add column filler text`);
    app = test;
    await test.setup();
    const capture = test.start();
    await until(() => capture.status().state === 'streaming');
    await test.source.query(`insert into things values (0, 'a', 0, '')`);
    await until(async () => (await countCaptured(test.store.owner)) === 1);
    const blocker = await test.store.owner.connect();
    try {
      // The cursor cannot be moved, so no piece is committed.
      await blocker.query('begin; select from indelible.capture_source for update');
      for (let at = 0; at < TRANSACTIONS; at++)
        await test.source.query(
          `insert into things select g, 'a', 0, (select string_agg(md5(random()::text), '') from generate_series(1, 30)) from generate_series(${1 + at * ROWS}, ${(at + 1) * ROWS}) g`,
        );
      // It has read what it may, and stands there.
      let last = await unsent(test);
      await until(async () => {
        await pause(1_000);
        const now = await unsent(test);
        const still = now.sent === last.sent;
        last = now;
        return still;
      });
      // A row takes about a kilobyte here. The queue holds twice what one commit takes; one commit is under way.
      const queued = (3 * CAPTURE_COMMIT_ROWS_MAX) / (TRANSACTIONS * ROWS);
      const written = TRANSACTIONS * ROWS * 1_000;
      expect(last.bytes).toBeGreaterThan(written * (1 - queued) * 0.7);
      expect(await countCaptured(test.store.owner)).toBe(1);
      expect(capture.status()).toMatchObject({ state: 'streaming' });
      await blocker.query('rollback');
    } finally {
      blocker.release();
    }
    await until(async () => (await countCaptured(test.store.owner)) === 1 + TRANSACTIONS * ROWS, 90);
  },
);
