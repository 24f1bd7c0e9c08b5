// Writers on a source that know what they have written, and the comparison of that with the trail: each change once.

import { setTimeout as pause } from 'node:timers/promises';
import type { AuditEvent } from '@indelible/core';
import type pg from 'pg';
import { type CaptureTest, readEvents, until } from '../capture.test.fixture.ts';

export const LOAD_SCHEMA = `
  create table organizations (id text primary key);
  create table things (id int primary key, organization_id text references organizations, value int);
  insert into organizations values ('a'), ('b'), ('c')`;

export interface Load {
  /** Changes that were committed, so far. */
  readonly done: number;
  /** Ends the writers; every change that they committed. */
  stop(): Promise<string[]>;
}

/** Transactions of 1 to 60 rows, some with an update and a delete of what they inserted, some rolled back. */
export function startLoad(source: pg.Pool, writers: number, pauseMs: number): Load {
  const done: string[] = [];
  const writing = new AbortController();
  const write = async (writer: number): Promise<void> => {
    for (let round = 0; !writing.signal.aborted; round++) {
      const first = writer * 10_000_000 + round * 100;
      const rows = 1 + ((round * 7) % 60);
      const tenant = ['a', 'b', 'c'][round % 3];
      const rolledBack = round % 11 === 10;
      const deletes = round % 2 === 0 ? `delete from things where id = ${first};` : '';
      await source.query(
        `begin; insert into things select g, '${tenant}', 0 from generate_series(${first}, ${first + rows - 1}) g;
         update things set value = ${round + 1} where id = ${first}; ${deletes} ${rolledBack ? 'rollback' : 'commit'}`,
      );
      await pause(pauseMs);
      if (rolledBack) continue;
      for (let id = first; id < first + rows; id++) done.push(`thing.created ${id} - 0`);
      done.push(`thing.updated ${first} 0 ${round + 1}`);
      if (deletes !== '') done.push(`thing.deleted ${first} ${round + 1} -`);
    }
  };
  const running = Promise.all(Array.from({ length: writers }, (_, index) => write(index + 1)));
  // A test that fails closes the source under the writers; one that goes on hears of their faults by `stop`.
  running.catch(() => {});
  return {
    get done() {
      return done.length;
    },
    stop: async () => {
      writing.abort();
      await running;
      return done;
    },
  };
}

export async function countCaptured(owner: pg.Pool): Promise<number> {
  // 1 is the place of `postgres` among the kinds of sources.
  return Number((await owner.query<{ n: string }>('select count(*) as n from indelible.event where source_kind = 1')).rows[0]?.n);
}

const valueIn = (row: Readonly<Record<string, unknown>> | undefined): string => (row === undefined ? '-' : JSON.stringify(row['value']));

export interface Compared {
  readonly missing: readonly string[];
  readonly doubled: readonly string[];
  readonly changes: number;
  /** Events whose id or place another event has too. */
  readonly twins: number;
}

/** Waits until all of it can be in the trail, then compares, change by change. */
export async function compareWith(test: CaptureTest, written: readonly string[]): Promise<Compared> {
  const { owner } = test.store;
  await until(async () => (await countCaptured(owner)) >= written.length, 90);
  // Whatever were written twice would come by now.
  await test.source.query(`insert into organizations values ('the end')`);
  await until(async () => (await test.events('the end')).length === 1, 60);
  const events = (await readEvents(owner)).filter((event) => event.resource?.type === 'thing');
  const counts = new Map<string, number>();
  for (const what of written) counts.set(what, 1);
  for (const event of events) {
    const { before, after } = event.change ?? {};
    const what = `${event.action} ${event.resource?.id} ${valueIn(before)} ${valueIn(after)}`;
    counts.set(what, (counts.get(what) ?? 0) - 1);
  }
  const distinct = (of: (event: AuditEvent) => unknown): number => events.length - new Set(events.map(of)).size;
  return {
    missing: [...counts].filter(([, count]) => count > 0).map(([what]) => what),
    doubled: [...counts].filter(([, count]) => count < 0).map(([what]) => what),
    changes: written.length,
    twins: distinct(({ id }) => id) + distinct(({ source }) => source.position),
  };
}
