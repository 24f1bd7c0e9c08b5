// A new slot begins where no transaction is under way: the source lets it wait for all that run, in all its databases, without
// an end. Who is waited for is named, and the wait can be given up.

import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import { CAPTURE_SLOT_WAIT_MS } from '../../limits.ts';

/** How somebody who waits is told what for, and gives up. */
export interface Waiting {
  readonly signal?: AbortSignal;
  /** Told what is waited for, after a few seconds, and again whenever it is something else. */
  readonly waiting?: (what: string) => void;
}

const LOOK_MS = 1_000;
const CHECK_MS = 100;
const NAMED_MAX = 5;

/**
 * @param source a connection that nobody uses meanwhile
 * @param making the answer of CREATE_REPLICATION_SLOT on another connection
 */
export async function untilMade<Result>(
  source: pg.ClientBase,
  slot: string,
  making: Promise<Result>,
  { signal, waiting }: Waiting,
): Promise<Result> {
  const ended = making.then(
    () => 'ended' as const,
    () => 'ended' as const,
  );
  const beganMs = Date.now();
  let lookedMs = 0;
  let told: string | undefined;
  while ((await Promise.race([ended, pause(CHECK_MS)])) !== 'ended') {
    if (signal?.aborted === true) {
      // The source would not notice that nobody waits any more, and would make the slot in the end.
      await source.query('select pg_terminate_backend(active_pid) from pg_replication_slots where slot_name = $1', [slot]);
    } else if (Date.now() - beganMs >= CAPTURE_SLOT_WAIT_MS && Date.now() - lookedMs >= LOOK_MS) {
      const what = await waitedFor(source, slot);
      lookedMs = Date.now();
      if (what !== told) waiting?.(what);
      told = what;
    }
  }
  return making.catch((error: unknown) => {
    signal?.throwIfAborted();
    throw error;
  });
}

interface Running {
  readonly who: string;
  readonly application: string | null;
  readonly role: string | null;
  readonly database: string | null;
  readonly since: Date | null;
}

async function waitedFor(source: pg.ClientBase, slot: string): Promise<string> {
  // Other roles' transactions are told to members of pg_read_all_stats; their process and its name to everybody.
  const answer = await source.query<Running>(
    `with maker as (select active_pid as pid from pg_replication_slots where slot_name = $1)
     select 'pid ' || a.pid as who, a.application_name as application, a.usename::text as role, a.datname::text as database, a.xact_start as since
     from pg_stat_activity a, maker m
     where a.pid <> m.pid and (a.pid = any(pg_blocking_pids(m.pid)) or (a.backend_xid is not null and a.xact_start < now() - make_interval(secs => $2)))
     union all select 'prepared transaction ' || gid, null, owner::text, database::text, prepared from pg_prepared_xacts
     order by since nulls last, who`,
    [slot, CAPTURE_SLOT_WAIT_MS / 1_000],
  );
  const named = answer.rows.slice(0, NAMED_MAX).map(runningText);
  const more = answer.rows.length - named.length;
  if (named.length === 0) return 'the new slot waits for transactions that run in the source';
  return `the new slot waits for transactions that run in the source: ${named.join('; ')}${more === 0 ? '' : `; and ${more} more`}`;
}

function runningText({ who, application, role, database, since }: Running): string {
  const facts = [
    application === null || application === '' ? undefined : `"${application}"`,
    role === null ? undefined : `role ${role}`,
    database === null ? undefined : `database ${database}`,
    since === null ? 'its age is not told to this role' : `since ${since.toISOString()}`,
  ];
  return `${who} (${facts.filter((fact) => fact !== undefined).join(', ')})`;
}
