// A trail to ask questions of: 84 monthly partitions, a tenth of the events imported long after they occurred, one large
// tenant among 500. Events are prepared once and written many times, with an id, a time and a place of their own: what they
// say is what queries find, but their leaves prove nothing.

import { acceptEvent, makeNewId, makeRedaction } from '@indelible/core';
import { writeEvents } from '@indelible/server/dist/store/event-rows.js';
import { createLog, type LogRow } from '@indelible/server/dist/store/log-row.js';
import { monthStart } from '@indelible/server/dist/store/partitions.js';
import { inTransaction, type Store } from '@indelible/server/dist/store/pool.js';
import { type Prepared, prepare } from '@indelible/server/dist/store/prepare.js';
import { makeSampleIds, sampleEvent } from './sample.ts';

const MONTHS = 84;
const TENANTS = 500;
const LARGE_SHARE = 0.6;
/** A small tenant writes in one month of so many, so that its events come by the dozen and not one by one. */
const SMALL_EVERY = 12;
const IMPORTED_SHARE = 0.1;
const TEMPLATES = 20_000;
const BATCH_EVENTS = 1_000;
/** Of the events, those that change a field which the others leave alone. */
const RARE_CHANGE_EVERY = 50;

export interface QueryTrail {
  readonly store: Store;
  /** The log of the large tenant. */
  readonly log: LogRow;
  /** Adds events to all months. */
  grow(count: number): Promise<void>;
}

/** @param store a migrated trail without events */
export async function openQueryTrail(store: Store): Promise<QueryTrail> {
  await makeMonths(store);
  const logs = await makeLogs(store);
  const [log] = logs;
  if (log === undefined) throw new Error('there is no log');
  const sizes = logs.map(({ size }) => size);
  const templates = makeTemplates(log);
  const newId = makeSampleIds();
  const random = makeRandom(42);
  let next = 0;
  let grown = 0;

  /** The same event at another time, under another id. */
  const eventAt = (t: number): Prepared => {
    const template = templates[next++ % templates.length] as Prepared;
    const age = random() < IMPORTED_SHARE ? random() * 5 * 365 * 86_400_000 : random() * 2_000;
    const occurredMs = Math.round(t - age);
    const from = `"occurredAt":"${new Date(template.occurredMs).toISOString()}"`;
    const disclosures = template.disclosures.replace(from, `"occurredAt":"${new Date(occurredMs).toISOString()}"`);
    return { ...template, event: { ...template.event, id: newId(t) }, t, occurredMs, disclosures };
  };

  /** Events of one tenant in one month, evenly. Each growth has half of every month to itself; between the two, times fall in a log, which no page minds. */
  const write = async (tenant: number, month: number, count: number): Promise<void> => {
    const log = logs[tenant] as LogRow;
    const start = monthOf(month).getTime();
    const span = (Math.min(monthOf(month + 1).getTime(), Date.now()) - start) / 2;
    const client = await store.appender.connect();
    try {
      for (let written = 0; written < count; written += BATCH_EVENTS) {
        const size = Math.min(BATCH_EVENTS, count - written);
        const times = Array.from({ length: size }, (_, index) => Math.floor(start + span * (grown + (written + index) / count)));
        await writeEvents(client, log.tenantId, sizes[tenant] ?? 0, times.map(eventAt));
        sizes[tenant] = (sizes[tenant] ?? 0) + size;
      }
    } finally {
      client.release();
    }
  };

  return {
    store,
    log,
    grow: async (count) => {
      if (grown > 1) throw new Error('a trail grows twice at most');
      const small = (count * (1 - LARGE_SHARE) * SMALL_EVERY) / (TENANTS - 1) / MONTHS;
      for (let month = 0; month < MONTHS; month++) {
        await write(0, month, Math.round((count * LARGE_SHARE) / MONTHS));
        for (let tenant = 1; tenant < TENANTS; tenant++)
          if ((tenant + month) % SMALL_EVERY === 0) await write(tenant, month, Math.max(1, Math.round(small)));
      }
      grown++;
      // What autovacuum does within minutes on a server that lives.
      await store.owner.query('vacuum analyze');
    },
  };
}

/** Logs as old as the first month: the event that tells of a log's making is its first. */
async function makeLogs(store: Store): Promise<LogRow[]> {
  const clock = Date.now;
  const startMs = monthOf(0).getTime();
  Date.now = () => startMs;
  try {
    return await inTransaction(store.appender, async (tx) => {
      const made: LogRow[] = [];
      for (let tenant = 0; tenant < TENANTS; tenant++) made.push(await createLog(tx, `org_${tenant}`));
      return made;
    });
  } finally {
    Date.now = clock;
  }
}

function monthOf(month: number): Date {
  return monthStart(new Date(), month - MONTHS + 1);
}

async function makeMonths(store: Store): Promise<void> {
  for (const table of ['event', 'event_related']) {
    for (let month = 0; month < MONTHS; month++) {
      const [from, to] = [monthOf(month).toISOString(), monthOf(month + 1).toISOString()];
      const name = `${table}_${from.slice(0, 7).replace('-', '_')}`;
      await store.owner.query(
        `create table if not exists indelible.${name} partition of indelible.${table} for values from ('${from}') to ('${to}')`,
      );
    }
  }
}

function makeTemplates(log: LogRow): Prepared[] {
  const [redaction, newId, nowMs] = [makeRedaction(), makeNewId(), Date.now()];
  return Array.from({ length: TEMPLATES }, (_, index) => {
    const sample = sampleEvent(index, newId(), new Date(nowMs).toISOString()) as { change: { after: { visibility: string } } };
    if (index % RARE_CHANGE_EVERY === 0) sample.change.after.visibility = 'public';
    return prepare(acceptEvent(sample, { nowMs, redaction, newId, sourceKind: 'api', attribution: 'asserted' }), nowMs, log.macKey);
  });
}

/** The same numbers from 0 to 1 every time (mulberry32). */
export function makeRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
