// Handing out gives way between those who ask, and whoever comes or goes in a pause is given everything once.

import { expect, test } from 'vitest';
import { STREAM_STEP_MS } from '../limits.ts';
import type { WorkClock } from '../query/in-turns.ts';
import type { EventRow } from '../store/read-events.ts';
import { Feed } from './feed.ts';
import { Listener } from './listener.ts';
import { type Client, filterOf, readClient } from './streams.test.fixture.ts';

const LOG = { tenantId: 1, tenant: 'org_acme', origin: 'org_acme.test' };
const GROUPS = 20;

function rowOf(seq: number): EventRow {
  const core = { action: 'bot.updated', category: 'data', operation: 'update', outcome: 'success', severity: 'info' };
  const disclosures = `core ${JSON.stringify({ ...core, occurredAt: '2026-11-01T10:00:00.000Z' })}\nmetadata {"note":"number ${seq}"}`;
  return { id: `id-${seq}`, seq, recordedMs: seq, occurredMs: seq, disclosures };
}

interface Opened {
  readonly listener: Listener;
  readonly client: Client;
}

function listenTo(feed: Feed, q: string): Opened {
  const listener = new Listener({
    filter: filterOf(q),
    credentials: [],
    untilMs: undefined,
    next: feed.next,
    onTaken: () => undefined,
    onDropped: () => undefined,
    onClosed: () => feed.leave(listener),
    graceMs: 1_000,
    abort: () => undefined,
  });
  feed.join(listener);
  return { listener, client: readClient(listener.outbox.stream) };
}

/** A query that asks for every event, and that no other listener has. */
const everything = (name: string): string => `-absent${name}`;

async function ended({ listener, client }: Opened): Promise<number[]> {
  await listener.outbox.emptied();
  listener.outbox.end('server_stopping');
  await client.ended;
  return client.seqs();
}

test('each step is as long as it may be, also within one event', async () => {
  let [ms, turns] = [0, 0];
  const work = { now: () => (ms += STREAM_STEP_MS / 4), giveWay: async () => turns++ };
  const feed = new Feed({ tenant: 'org_acme', next: 0, onBehind: () => undefined, work });
  const opened = Array.from({ length: GROUPS }, (_, index) => listenTo(feed, everything(`${index}`)));
  await feed.handOut(LOG, [rowOf(0)]);
  expect(turns).toBeGreaterThanOrEqual(GROUPS / 5);
  await feed.handOut(LOG, [rowOf(1), rowOf(2)]);
  for (const one of opened) expect(await ended(one)).toEqual([0, 1, 2]);
});

/** Somebody joins in a pause, and the first listener leaves; false where there is no such pause. */
async function comeInPause(q: string, looksAStep: number, comesAt: number): Promise<boolean> {
  const rows = [0, 1, 2, 3].map(rowOf);
  let [looks, turns] = [0, 0];
  const came: { readonly next: number; readonly opened: Opened }[] = [];
  const giveWay = async (): Promise<void> => {
    if (++turns !== comesAt) return;
    came.push({ next: feed.next, opened: listenTo(feed, q) });
    feed.leave(first.listener);
  };
  const work: WorkClock = { now: () => (++looks * STREAM_STEP_MS) / looksAStep, giveWay };
  const feed: Feed = new Feed({ tenant: 'org_acme', next: 0, onBehind: () => undefined, work });
  const first = listenTo(feed, everything('first'));
  const others = Array.from({ length: GROUPS }, (_, index) => listenTo(feed, everything(`${index}`)));
  await feed.handOut(LOG, rows);
  for (const one of others) expect(await ended(one)).toEqual([0, 1, 2, 3]);
  const [newcomer] = came;
  if (newcomer === undefined) return false;
  const { next, opened } = newcomer;
  // What the one was given, and what the other goes on with, begins at the same place.
  expect({ comesAt, q, seqs: await ended(opened) }).toEqual({ comesAt, q, seqs: [0, 1, 2, 3].filter((seq) => seq >= next) });
  expect(first.listener.next).toBe(next);
  expect(await ended(first)).toEqual([0, 1, 2, 3].filter((seq) => seq < next));
  return true;
}

test('who joins or leaves in a pause, whichever group it is, misses nothing and gets nothing twice', async () => {
  let pauses = 0;
  // Steps that end within each event, and steps of more than one.
  for (const looksAStep of [1, 9, 30]) {
    for (const q of [everything('0'), everything(`${GROUPS - 1}`), everything('new'), '']) {
      for (let comesAt = 1; await comeInPause(q, looksAStep, comesAt); comesAt += looksAStep === 1 ? 3 : 1) pauses++;
    }
  }
  expect(pauses).toBeGreaterThan(100);
});
