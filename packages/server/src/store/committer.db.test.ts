import { randomUUID } from 'node:crypto';
import { acceptEvent, makeNewId, makeRedaction, type NewEvent } from '@indelible/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openSealedTrail, type SealedTrail } from '../ledger/sealed-trail.test.fixture.ts';
import { appendIn, type Receipt } from './append.ts';
import { Committer } from './committer.ts';
import { checkLog, checkReceipts } from './log-rows.test.fixture.ts';
import { inTransaction, openStore } from './pool.ts';

let trail: SealedTrail;
let committer: Committer;
beforeEach(async () => {
  trail = await openSealedTrail();
  committer = new Committer({ appender: trail.store.appender });
});
afterEach(async () => {
  await committer.idle();
  await trail.close();
});

const redaction = makeRedaction();
const newId = makeNewId();

function accept(input: object = {}): NewEvent {
  const event = { action: 'bot.viewed', actor: { id: 'usr_1' }, ...input };
  return acceptEvent(event, { nowMs: Date.now(), redaction, newId, sourceKind: 'api', attribution: 'asserted' });
}

function some(count: number, input: object = {}): NewEvent[] {
  return Array.from({ length: count }, () => accept(input));
}

test(
  'concurrent requests, a second server and transactions of capture meet in logs without gap or double',
  { timeout: 30_000 },
  async () => {
    const other = openStore({ ownerUrl: trail.url, appenders: 4, readers: 1, onError: () => undefined });
    const second = new Committer({ appender: other.appender });
    const tenants = ['org_a', 'org_b', 'org_c'];
    const got = new Map(tenants.map((tenant) => [tenant, [] as Receipt[]]));
    const writers = Array.from({ length: 300 }, async (_, index) => {
      const tenant = tenants[index % 3] as string;
      await new Promise((resolve) => setTimeout(resolve, (index * 7) % 400));
      const events = some(1 + ((index * 13) % 40), index % 4 === 0 ? { related: [{ type: 'bot', id: 'bot_1' }] } : {});
      const receipts =
        index % 10 === 9
          ? await inTransaction(other.appender, (tx) => appendIn(tx, tenant, events))
          : await (index % 2 === 0 ? committer : second).append(tenant, events);
      expect(receipts.map(({ id }) => id)).toEqual(events.map(({ id }) => id));
      // The events of one request stand together, in their order.
      expect(receipts.map(({ seq }) => seq)).toEqual(receipts.map((__, at) => (receipts[0]?.seq ?? -1) + at));
      got.get(tenant)?.push(...receipts);
    });
    await Promise.all(writers);
    await Promise.all([committer.idle(), second.idle()]);
    for (const [tenant, receipts] of got) {
      const stored = await checkLog(trail.admin, tenant);
      expect(receipts.map(({ seq }) => seq).sort((a, b) => a - b)).toEqual(stored.slice(1).map(({ seq }) => seq));
      checkReceipts(stored, receipts);
    }
    await other.close();
  },
);

test('an id with another body fails its own request alone; its neighbours in the same commit are stored', async () => {
  const id = randomUUID();
  const [first] = await committer.append('org_a', [accept({ id })]);
  let commits = 0;
  const counting = new Committer({ appender: trail.store.appender, onCommit: () => commits++ });
  // The first opens the log's way; the others wait for it and so make one group.
  const answers = await Promise.allSettled([
    counting.append('org_a', some(2)),
    counting.append('org_a', some(3)),
    counting.append('org_a', [...some(2), accept({ id, action: 'bot.deleted' })]),
    counting.append('org_a', [accept({ id })]),
    counting.append('org_a', some(1)),
  ]);
  expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
  expect(answers[2]).toMatchObject({ reason: { code: 'id_conflict', status: 409 } });
  expect(answers[3]).toMatchObject({ value: [first] });
  expect(commits).toBeLessThan(4);
  const stored = await checkLog(trail.admin, 'org_a');
  // The log's first leaf, the first event, 2, 3 and 1: nothing is left of the request that failed.
  expect(stored).toHaveLength(8);
  checkReceipts(
    stored,
    answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : [])),
  );
});

test('the same event again has its first receipt: later, at the same time, in one request, and at another server', async () => {
  const id = randomUUID();
  const other = new Committer({ appender: trail.store.appender });
  const both = await Promise.all(
    Array.from({ length: 20 }, (_, index) => (index % 2 ? other : committer).append('org_a', [accept({ id })])),
  );
  const [one, two, three] = await committer.append('org_a', [accept({ id }), accept(), accept({ id: id.toUpperCase() })]);
  const transaction = await inTransaction(trail.store.appender, (tx) => appendIn(tx, 'org_a', [accept({ id }), accept({ id })]));
  const first = both[0]?.[0];
  expect([...both.flat(), one, three, ...transaction]).toEqual(Array.from({ length: 24 }, () => first));
  const stored = await checkLog(trail.admin, 'org_a');
  expect(stored).toHaveLength(3);
  expect(two?.seq).toBe(2);
});

test('what the server fills in is no other body: occurredAt left out and sent again later', async () => {
  const id = randomUUID();
  const [first] = await committer.append('org_a', [accept({ id })]);
  await new Promise((resolve) => setTimeout(resolve, 15));
  expect(await committer.append('org_a', [accept({ id })])).toEqual([first]);
  const at = new Date().toISOString();
  await expect(committer.append('org_a', [accept({ id, occurredAt: at })])).rejects.toMatchObject({ code: 'id_conflict' });
  const dated = randomUUID();
  const [second] = await committer.append('org_a', [accept({ id: dated, occurredAt: '2026-01-02T03:04:05Z' })]);
  expect(await committer.append('org_a', [accept({ id: dated, occurredAt: '2026-01-02T04:04:05+01:00' })])).toEqual([second]);
  await expect(committer.append('org_a', [accept({ id: dated })])).rejects.toMatchObject({ code: 'id_conflict' });
});

test('an id belongs to its tenant', async () => {
  const id = randomUUID();
  const [a] = await committer.append('org_a', [accept({ id })]);
  const [b] = await committer.append('org_b', [accept({ id, action: 'bot.deleted' })]);
  expect(a?.log).not.toBe(b?.log);
});

test('a frozen log takes nothing more, and the log that follows it takes the next request', async () => {
  await committer.append('org_a', some(2));
  await trail.admin.query(`update indelible.log set frozen_at = now() where tenant = 'org_a'`);
  await expect(committer.append('org_a', some(1))).rejects.toMatchObject({ code: 'log_frozen' });
  const receipts = await committer.append('org_a', some(3));
  checkReceipts(await checkLog(trail.admin, 'org_a'), receipts);
  const { rows } = await trail.admin.query(`select generation, size::int, frozen_at is null as present from indelible.log
    where tenant = 'org_a' order by generation`);
  expect(rows).toEqual([
    { generation: 0, size: 3, present: false },
    { generation: 1, size: 4, present: true },
  ]);
});

test('time does not run back when the clock does', async () => {
  const clock = Date.now;
  try {
    await committer.append('org_a', some(1));
    Date.now = () => clock() - 3_600_000;
    const receipts = await committer.append('org_a', some(2));
    const later = await inTransaction(trail.store.appender, (tx) => appendIn(tx, 'org_a', some(2)));
    checkReceipts(await checkLog(trail.admin, 'org_a'), [...receipts, ...later]);
  } finally {
    Date.now = clock;
  }
});

test('beyond the queue a request is refused at once, and the queue empties again', async () => {
  const narrow = new Committer({ appender: trail.store.appender, queueEventsMax: 10 });
  await narrow.append('org_a', some(1));
  const answers = await Promise.allSettled(Array.from({ length: 6 }, () => narrow.append('org_a', some(4))));
  expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
  expect(answers.at(-1)).toMatchObject({ reason: { code: 'rate_limited', details: { retryAfterSeconds: 1 } } });
  expect(await narrow.append('org_a', some(10))).toHaveLength(10);
  await checkLog(trail.admin, 'org_a');
});

test('connections that break under way fail their requests and no others', async () => {
  await committer.append('org_a', some(1));
  const writers = Promise.allSettled(
    Array.from({ length: 60 }, async (_, index) => {
      await new Promise((resolve) => setTimeout(resolve, index * 5));
      return committer.append('org_a', some(5));
    }),
  );
  for (let time = 0; time < 4; time++) {
    await new Promise((resolve) => setTimeout(resolve, 60));
    await trail.admin.query(`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'indelible appender'
      and datname = current_database()`);
  }
  const answers = await writers;
  const receipts = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
  for (const answer of answers) if (answer.status === 'rejected') expect(answer.reason).toMatchObject({ code: 'store_unavailable' });
  receipts.push(...(await committer.append('org_a', some(1))));
  checkReceipts(await checkLog(trail.admin, 'org_a'), receipts);
});

test('an id that capture derived and a sender has taken before does not hold the captured change up', async () => {
  const id = randomUUID().replace(/^(.{14})./, '$18');
  const [taken] = await committer.append('org_a', [accept({ id })]);
  const captured = { ...accept(), id, idFromSender: false };
  const [receipt] = await inTransaction(trail.store.appender, (tx) => appendIn(tx, 'org_a', [captured]));
  expect(receipt).toMatchObject({ seq: (taken?.seq ?? 0) + 1 });
  expect(receipt?.id).not.toBe(id);
  checkReceipts(await checkLog(trail.admin, 'org_a'), receipt === undefined ? [] : [receipt]);
});

test('an id whose event was deleted behind our back fails its own request alone', async () => {
  const event = accept({ id: randomUUID() });
  const [first] = await committer.append('org_a', [event]);
  await trail.admin.query('delete from indelible.event where seq = $1 and id = $2', [first?.seq, event.id]);
  const [again, neighbour] = await Promise.allSettled([committer.append('org_a', [event]), committer.append('org_a', some(1))]);
  expect(again).toMatchObject({ status: 'rejected', reason: { code: 'id_conflict' } });
  expect(neighbour.status).toBe('fulfilled');
});
