// Handing out gives way between those who ask, and whoever comes or goes in a pause is given everything once.

import { expect, test } from 'vitest';
import { STREAM_STEP_MS } from '../limits.ts';
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

test('who joins or leaves in a pause, whichever group it is, misses nothing and gets nothing twice', async () => {
  const rows = [0, 1, 2, 3].map(rowOf);
  // The places of the pauses: each is tried as the one in which somebody comes.
  for (let comesAt = 1; comesAt <= GROUPS * rows.length; comesAt += 3) {
    for (const q of [everything('0'), everything(`${GROUPS - 1}`), everything('new'), '']) {
      let [ms, turns] = [0, 0];
      let joined: { readonly from: number; readonly opened: Opened } | undefined;
      let left: { readonly from: number; readonly listener: Listener } | undefined;
      const giveWay = async (): Promise<void> => {
        if (++turns !== comesAt) return;
        joined = { from: feed.next, opened: listenTo(feed, q) };
        feed.leave(first.listener);
        left = { from: first.listener.next, listener: first.listener };
      };
      const feed: Feed = new Feed({
        tenant: 'org_acme',
        next: 0,
        onBehind: () => undefined,
        work: { now: () => (ms += STREAM_STEP_MS), giveWay },
      });
      const first = listenTo(feed, everything('first'));
      const others = Array.from({ length: GROUPS }, (_, index) => listenTo(feed, everything(`${index}`)));
      await feed.handOut(LOG, rows);
      for (const one of others) expect(await ended(one)).toEqual([0, 1, 2, 3]);
      expect(turns).toBeGreaterThanOrEqual(comesAt);
      if (joined === undefined || left === undefined) throw new Error('there was no such pause');
      const { from, opened } = joined;
      expect({ comesAt, q, seqs: await ended(opened) }).toEqual({ comesAt, q, seqs: [0, 1, 2, 3].filter((seq) => seq >= from) });
      // What was left out is what comes from its place on.
      expect(await ended(first)).toEqual([0, 1, 2, 3].filter((seq) => seq < (left?.from ?? 0)));
    }
  }
});
