import { matches, parse } from '@indelible/core';
import { setTimeout as pause } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { until } from '../capture/capture.test.fixture.ts';
import { getEvent } from '../query/one.ts';
import { createKey, revokeKey } from '../store/api-keys.ts';
import { filterOf, type Opened, openStreams } from './streams.test.fixture.ts';

let opened: Opened | undefined;

afterEach(async () => {
  const errors = opened?.errors.splice(0);
  await opened?.close();
  opened = undefined;
  expect(errors ?? []).toEqual([]);
});

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}

test('it begins with what is appended after the request, in the order of the log, each as GET answers it', async () => {
  const { trail, client } = (opened = await openStreams());
  await trail.append('org_acme', 20);
  const listener = await client();
  await trail.append('org_acme', 30);
  await trail.append('org_other', 5);
  await until(() => listener.events.length >= 30);
  expect(listener.seqs()).toEqual(range(21, 51));
  const log = await trail.log('org_acme');
  const [first] = listener.events;
  expect(first).toEqual(await getEvent(trail.store.reader, log, first?.id ?? ''));
});

test('a tenant without a log yet: the stream begins with its first event', async () => {
  const { trail, client } = (opened = await openStreams());
  const listener = await client({ tenant: 'org_new' });
  await until(() => listener.place() === -1);
  await trail.append('org_new', 3);
  await until(() => listener.events.length >= 4);
  expect(listener.seqs()).toEqual([0, 1, 2, 3]);
});

test('events of other tenants never come, whoever asks for what', async () => {
  const { trail, client } = (opened = await openStreams());
  const tenants = ['org_a', 'org_b', 'org_c'];
  for (const tenant of tenants) await trail.append(tenant, 3);
  const listeners = await Promise.all(tenants.map((tenant, index) => client({ tenant, after: index === 0 ? -1 : undefined })));
  await Promise.all(tenants.map((tenant) => trail.append(tenant, 50)));
  for (const [index, listener] of listeners.entries()) {
    await until(() => listener.seqs().at(-1) === 53);
    expect(new Set(listener.events.map(({ tenant }) => tenant))).toEqual(new Set([tenants[index]]));
    expect(listener.seqs()).toEqual(range(index === 0 ? 0 : 4, 54));
  }
});

test('each filter gets what the model says; a quiet one is told how far the log was looked at', async () => {
  const { trail, client } = (opened = await openStreams({ heartbeatMs: 100 }));
  await trail.append('org_acme', 1);
  const queries = [
    '',
    'action:bot.updated',
    'actor:usr_3 -ip:203.0.113.0/24',
    'after.quota:>20 OR resource:bot/bot_1',
    '"the 7th"',
    'action:no.such',
  ];
  const listeners = await Promise.all(queries.map((q) => client({ q })));
  await trail.append('org_acme', 40);
  const [all] = listeners;
  await until(() => listeners.every((listener) => listener.place() === 41));
  expect(all?.seqs()).toEqual(range(2, 42));
  for (const [index, q] of queries.entries()) {
    const wanted = all?.events.filter((event) => matches(parse(q), event, { seq: event.seq, nowMs: Date.now() })) ?? [];
    expect(listeners[index]?.seqs()).toEqual(wanted.map(({ seq }) => seq));
  }
  expect(listeners.at(-1)?.events).toEqual([]);
  // Which filters are worth the name.
  expect(listeners.slice(1, 5).every(({ events }) => events.length > 0 && events.length < 40)).toBe(true);
});

test('random disconnects under concurrent appends: what was seen, joined, is the log', async () => {
  const { trail, client, streams } = (opened = await openStreams({ bufferBytes: 20_000 }));
  let tenants = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 80 }), { minLength: 2, maxLength: 6 }),
      fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 3, maxLength: 12 }),
      fc.constantFrom('', 'action:bot.updated'),
      async (stays, bursts, q) => {
        const tenant = `org_${tenants++}`;
        await trail.append(tenant, 1);
        const writing = (async () => {
          for (const burst of bursts) await trail.append(tenant, burst);
        })();
        const seen: number[] = [];
        const size = 2 + bursts.reduce((sum, burst) => sum + burst, 0);
        const wanted = range(0, size).filter((seq) => q === '' || (seq > 0 && isEven(seq, bursts)));
        let place = -1;
        for (const stay of [...stays, undefined]) {
          const listener = await client({ tenant, q, after: place });
          if (stay === undefined) await until(() => seen.length + listener.events.length >= wanted.length);
          else await pause(stay);
          await listener.leave();
          seen.push(...listener.seqs());
          place = listener.place();
        }
        await writing;
        expect(seen).toEqual(wanted);
      },
    ),
    { numRuns: 25 },
  );
  await until(() => streams.listeners === 0);
}, 120_000);

/** Whether the event has the action bot.updated: each append begins to count anew. */
function isEven(seq: number, bursts: readonly number[]): boolean {
  let base = 2;
  if (seq < base) return true;
  for (const burst of bursts) {
    if (seq < base + burst) return (seq - base) % 2 === 0;
    base += burst;
  }
  return false;
}

test('a listener that takes nothing is dropped and told why, holds little, and resumes without loss', async () => {
  const { trail, client, streams, dropped } = (opened = await openStreams({ bufferBytes: 30_000, slowMs: 600, graceMs: 60_000 }));
  await trail.append('org_acme', 1);
  const quick = await client();
  const lazy = await streams.open({ tenant: 'org_acme', credentials: [], filter: filterOf(''), abort: () => undefined });
  for (let round = 0; round < 10; round++) await trail.append('org_acme', 50);
  await until(() => quick.events.length === 500 && dropped.length > 0);
  expect(dropped).toEqual(['slow']);
  // Only now it begins to read: the reason is all that is left, and where to come again.
  const chunks: string[] = [];
  for await (const chunk of lazy) chunks.push(Buffer.from(chunk).toString());
  expect(chunks.join('')).toContain('event: dropped\ndata: {"reason":"slow","lastEventId":"');
  const last = Number(/"lastEventId":"(-?\d+)"/.exec(chunks.join(''))?.[1]);
  const given = [...chunks.join('').matchAll(/^id: (\d+)\nevent: event/gm)].map(([, id]) => Number(id));
  const resumed = await client({ after: last });
  await until(() => resumed.seqs().at(-1) === 501);
  expect([...given, ...resumed.seqs()]).toEqual(range(2, 502));
  expect(quick.seqs()).toEqual(range(2, 502));
  expect(streams.listeners).toBe(2);
});

test('a listener that is behind for a while, but takes, loses nothing', async () => {
  const { trail, streams, dropped } = (opened = await openStreams({ bufferBytes: 5_000 }));
  await trail.append('org_acme', 1);
  const stream = await streams.open({ tenant: 'org_acme', credentials: [], filter: filterOf(''), abort: () => undefined });
  const reader = stream.getReader();
  const seen: number[] = [];
  const writing = (async () => {
    for (let round = 0; round < 20; round++) await trail.append('org_acme', 40);
  })();
  while (seen.length < 800) {
    const { value } = await reader.read();
    for (const [, id] of Buffer.from(value ?? [])
      .toString()
      .matchAll(/^id: (\d+)\nevent: event/gm))
      seen.push(Number(id));
    await pause(5);
  }
  await writing;
  expect(seen).toEqual(range(2, 802));
  expect(dropped).toEqual([]);
  await reader.cancel();
});

test('a revoked key ends its streams within 5 s, and only its own', async () => {
  const { trail, client } = (opened = await openStreams());
  const [one, two] = await Promise.all(
    ['one', 'two'].map((name) => createKey(trail.store.owner, { name, tenant: 'org_acme', scopes: ['read'] })),
  );
  const revoked = await client({ credentials: [one?.key.id ?? ''] });
  const others = [await client({ credentials: [two?.key.id ?? ''] }), await client()];
  await revokeKey(trail.store.owner, one?.key.id ?? '');
  await until(() => revoked.dropped() !== undefined, 5);
  expect(revoked.dropped()).toEqual({ reason: 'key_revoked', lastEventId: '-1' });
  await trail.append('org_acme', 1);
  await until(() => others.every(({ events }) => events.length === 2));
  expect(revoked.events).toEqual([]);
});

test('places that are no places of this log are refused', async () => {
  const { trail, client } = (opened = await openStreams());
  await trail.append('org_acme', 3);
  const { origin, tenantId } = await trail.log('org_acme');
  const gone = { code: 'stream_gone', status: 410 };
  await expect(client({ after: 4 })).rejects.toMatchObject(gone);
  await expect(client({ after: 1, log: `${origin}x` })).rejects.toMatchObject(gone);
  const last = await client({ after: 3, log: origin });
  await trail.admin.query('delete from indelible.event where tenant_id = $1 and seq = 1', [tenantId]);
  await expect(client({ after: 0 })).rejects.toMatchObject(gone);
  // What is missing further on is not passed over in silence.
  const other = await client({ after: -1 });
  await other.ended;
  expect(other.seqs()).toEqual([0]);
  expect(other.dropped()?.reason).toBe('stream_gone');
  await trail.append('org_acme', 1);
  await until(() => last.events.length === 1);
});

test('when another log takes the place of this one, what is left of the old one comes first, and then the reason', async () => {
  const { trail, client } = (opened = await openStreams());
  await trail.append('org_acme', 2);
  const { tenantId } = await trail.log('org_acme');
  const live = await client();
  const behind = await client({ after: -1 });
  await trail.append('org_acme', 5);
  await trail.admin.query('update indelible.log set frozen_at = now() where tenant_id = $1', [tenantId]);
  await trail.append('org_acme', 1);
  await Promise.all([live.ended, behind.ended]);
  expect(live.seqs()).toEqual(range(3, 8));
  expect(behind.seqs()).toEqual(range(0, 8));
  expect(live.dropped()).toEqual({ reason: 'log_succeeded', lastEventId: '7' });
  const next = await client({ after: -1 });
  await until(() => next.events.length === 2);
  expect(new Set(next.events.map(({ log }) => log))).toEqual(new Set([(await trail.log('org_acme')).origin]));
});

test('connections to the database break, again and again: the streams stay open, and nothing is lost', async () => {
  const { trail, client, dropped } = (opened = await openStreams());
  await trail.append('org_acme', 1);
  const listeners = await Promise.all(['', 'action:bot.updated'].map((q) => client({ q, after: -1 })));
  for (let round = 0; round < 12; round++) {
    const breaking = trail.admin.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
    );
    // Whether an append that was broken off was made is for the log to say.
    await Promise.allSettled([breaking, trail.append('org_acme', 20)]);
    await pause(20);
  }
  await until(async () => (await trail.append('org_acme', 1).catch(() => undefined)) !== undefined);
  const { rows } = await trail.admin.query<{ size: string }>(`select size from indelible.log where tenant = 'org_acme'`);
  const size = Number(rows[0]?.size);
  await until(() => listeners.every(({ seqs }) => seqs().at(-1) === size - 1));
  expect(listeners[0]?.seqs()).toEqual(range(0, size));
  expect(dropped).toEqual([]);
});

test('there is a limit for a tenant and one for the server, and those that leave make room', async () => {
  const { client, streams } = (opened = await openStreams({ listeners: 3, tenantListeners: 2 }));
  const first = await client();
  await client();
  await expect(client()).rejects.toMatchObject({ code: 'rate_limited', details: { retryAfterSeconds: 10 } });
  await client({ tenant: 'org_other' });
  await expect(client({ tenant: 'org_third' })).rejects.toMatchObject({ code: 'stream_full', status: 503 });
  await first.leave();
  expect(streams.listeners).toBe(2);
  await client();
  await streams.stop();
  await expect(client()).rejects.toMatchObject({ code: 'stream_full' });
});
