// capture-memory: the server's peak memory during one very large transaction, against a small one on the same server.

import { readFile, writeFile } from 'node:fs/promises';
import type { Bench, BenchContext } from './bench.ts';
import { type Captured, withCaptured } from './captured.ts';
import { figure } from './figure.ts';
import { withCluster } from './trail.ts';

const ROWS = 1_000_000;
const SMALL_ROWS = 10_000;
/** Small transactions before, so that the heap has its usual size in both. */
const WARM_UP_TRANSACTIONS = 20;
const GOAL = 1.25;
const MIB = 2 ** 20;

export const captureMemory: Bench = {
  name: 'capture-memory',
  run: (ctx, tell) =>
    withCluster(async (cluster) => {
      const rows = ctx.options.events ?? ROWS;
      await withCaptured(cluster, SMALL_ROWS, ctx.options.profile, async (captured) => {
        const cold = await peak(captured, SMALL_ROWS);
        for (let done = 0; done < WARM_UP_TRANSACTIONS; done++) await peak(captured, SMALL_ROWS);
        const small = await peak(captured, SMALL_ROWS);
        say(ctx, 'capture-memory', cold, small);
        ctx.say(`capture-memory: a transaction of ${rows} rows`);
        const large = await peak(captured, rows);
        tell(figure({ bench: 'capture-memory', value: large / MIB, unit: 'MiB', floor: small / MIB, goal: GOAL, atMost: true }));
      });
    }),
};

function say(ctx: BenchContext, bench: string, cold: number, small: number): void {
  ctx.say(
    `${bench}: ${(cold / MIB).toFixed(0)} MiB in the first transaction of ${SMALL_ROWS} rows, ${(small / MIB).toFixed(0)} MiB in a later one`,
  );
}

/** @returns bytes of memory that the server held at most, until the transaction was in the trail */
async function peak({ source, pid, rows, reached }: Captured, count: number): Promise<number> {
  const before = await rows();
  // Sets the high-water mark back to what is held now (proc(5)).
  await writeFile(`/proc/${pid}/clear_refs`, '5');
  await source.query(
    `insert into bots (id, name, model, instructions) select (select max(id) from bots) + g, 'Bot ' || g, 'large-2', repeat('Answer kindly. ', 12) from generate_series(1, $1::int) g`,
    [count],
  );
  await reached(before + count);
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  if (kibibytes === undefined) throw new Error('this system does not tell the peak memory of a process (VmHWM)');
  return Number(kibibytes) * 1_024;
}
