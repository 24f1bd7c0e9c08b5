import { explain, FIELDS, parse } from '@indelible/core';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { monthStart } from '../store/partitions.ts';
import type { TenantLog } from '../store/tenants.ts';
import { resourceHistory } from './history.ts';
import { expected, inputs, queries, singleTerms } from './model.test.fixture.ts';
import { getEvent } from './one.ts';
import { explainEvents, listEvents } from './page.ts';
import type { PresentedEvent } from './present.ts';
import { type ModelEvent, openTestTrail, type TestTrail } from './trail.test.fixture.ts';

const NOW_MS = Date.now();
const FIRST_MONTH = monthStart(new Date(NOW_MS), -7);
const ORDERS = ['desc', 'asc'] as const;

/** How many times as many random queries: more of them on a machine that has the time. */
const RUNS = Number(process.env['INDELIBLE_TEST_RUNS'] ?? 1);

let partialPages = 0;

/** Generous, because the machine that runs this may be busy; it bounds nothing that is tested. */
const SLOW_MS = 180_000;

function shown(log: TenantLog, { event, seq }: ModelEvent): object {
  return { ...event, log: log.origin, seq };
}

async function everyPage(
  trail: TestTrail,
  log: TenantLog,
  q: string,
  order: 'asc' | 'desc',
  limit: number,
  options: Parameters<typeof listEvents>[3] = {},
): Promise<PresentedEvent[]> {
  const all: PresentedEvent[] = [];
  let cursor: string | undefined;
  do {
    const page = await listEvents(trail.reader, log, { q, order, limit, cursor, nowMs: NOW_MS }, options);
    expect(page.events.length).toBeLessThanOrEqual(limit);
    all.push(...page.events);
    cursor = page.next;
    if (page.partial === undefined) {
      // Only what is partial may be shorter than it was asked to be, and go on.
      if (cursor !== undefined) expect(page.events).toHaveLength(limit);
      continue;
    }
    partialPages++;
    expect(cursor).toBeDefined();
    const { searchedBackTo = '' } = page;
    for (const { occurredAt } of page.events)
      expect(order === 'desc' ? occurredAt >= searchedBackTo : occurredAt <= searchedBackTo).toBe(true);
  } while (cursor !== undefined);
  return all;
}

function busiestResource(model: readonly ModelEvent[]): { type: string; id: string } {
  const counts = new Map<string, { type: string; id: string; count: number }>();
  for (const { type, id } of model.flatMap(({ event }) => event.resource ?? [])) {
    if (id === undefined) continue;
    const known = counts.get(`${type}/${id}`);
    counts.set(`${type}/${id}`, { type, id, count: (known?.count ?? 0) + 1 });
  }
  return [...counts.values()].toSorted((a, b) => b.count - a.count)[0] as { type: string; id: string };
}

/** Events of several months, each recorded in its own, with imported history in all of them. */
async function fill(trail: TestTrail, tenant: string, monthly: number, seed: number): Promise<ModelEvent[]> {
  const all: ModelEvent[] = [];
  for (let month = 0; month < 8; month++) {
    const recordedMs = Math.min(monthStart(FIRST_MONTH, month).getTime() + 3 * 86_400_000, NOW_MS - 60_000);
    all.push(...(await trail.append(tenant, fc.sample(inputs(recordedMs), { seed: seed + month, numRuns: monthly }), recordedMs)));
    // Some are recorded in the first minutes of a month, where the partitions and the skew of clocks meet.
    const edgeMs = monthStart(FIRST_MONTH, month + 1).getTime() + (month % 2 === 0 ? 1_000 : -1_000);
    if (edgeMs < NOW_MS - 60_000)
      all.push(...(await trail.append(tenant, fc.sample(inputs(edgeMs), { seed: seed + 100 + month, numRuns: 6 }), edgeMs)));
  }
  return all;
}

describe('a log of eight months', () => {
  let trail: TestTrail;
  let log: TenantLog;
  let model: ModelEvent[];
  let foreign: ModelEvent[];

  beforeAll(async () => {
    trail = await openTestTrail(FIRST_MONTH);
    model = await fill(trail, 'org_acme', 40, 1);
    foreign = await fill(trail, 'org_other', 10, 5_000);
    log = await trail.log('org_acme');
    // Leaf 0 is the log's own event; the model takes it as the database has it.
    const { log: _, seq, ...event } = (await listEvents(trail.reader, log, { q: 'seq:0' })).events[0] as PresentedEvent;
    expect(event.action).toBe('log.created');
    model.unshift({ event, seq });
  }, SLOW_MS);

  afterAll(async () => {
    await trail?.close();
  });

  test(
    'holds every event, page by page, in both orders',
    async () => {
      for (const order of ORDERS) {
        for (const limit of [7, 100, 1_000]) {
          expect(await everyPage(trail, log, '', order, limit)).toEqual(expected(model, '', order, NOW_MS).map((item) => shown(log, item)));
        }
      }
    },
    SLOW_MS,
  );

  test(
    'answers every field as the model does',
    async () => {
      const found = new Set<string>();
      for (const q of new Set(singleTerms(NOW_MS, RUNS))) {
        const { events } = await listEvents(trail.reader, log, { q, limit: 1_000, nowMs: NOW_MS });
        expect({ q, seqs: events.map(({ seq }) => seq) }).toEqual({ q, seqs: expected(model, q, 'desc', NOW_MS).map(({ seq }) => seq) });
        if (events.length > 0 && events.length < model.length)
          found.add(q.slice(0, q.indexOf(':')).replace(/^(-?(?:before|after|meta))\..*$/, '$1'));
      }
      // Each field, and each excluded, has met events; random ids meet none.
      for (const { name } of FIELDS) expect(found.has(name) && found.has(`-${name}`), name).toBe(name !== 'id');
    },
    SLOW_MS,
  );

  test(
    'answers any query as the model does, pages joined, in both orders',
    async () => {
      let matched = 0;
      const property = fc.asyncProperty(
        queries(NOW_MS),
        fc.constantFrom(...ORDERS),
        fc.integer({ min: 20, max: 200 }),
        fc.constantFrom(undefined, 7, 60),
        async (q, order, limit, entries) => {
          const answer = await everyPage(trail, log, q, order, limit, { entries });
          expect(answer.map((event) => event.seq)).toEqual(expected(model, q, order, NOW_MS).map((item) => item.seq));
          if (answer.length > 0 && answer.length < model.length) matched++;
        },
      );
      await fc.assert(property, { numRuns: 40 * RUNS, seed: 42 });
      await fc.assert(property, { numRuns: 20 * RUNS });
      // A generator whose queries match nothing would prove nothing.
      expect(matched).toBeGreaterThan(10 * RUNS);
    },
    SLOW_MS,
  );

  test(
    'answers in parts when the time is up, and the parts join up to the whole answer',
    async () => {
      partialPages = 0;
      const fixed = [
        '',
        'action:bot.updated -outcome:denied',
        'actor:(b_1 OR Maria OR bx1)',
        'changed:model',
        'has:reason OR tag:pci*',
        'ticket',
      ];
      const random = fc.sample(queries(NOW_MS), { seed: 43, numRuns: 10 * RUNS });
      for (const [index, q] of [...fixed, ...random].entries()) {
        // No time at all: each page has one look, at few entries.
        const options = { walkMs: 0, entries: 25 + (index % 3) * 20 };
        for (const order of ORDERS) {
          const answer = await everyPage(trail, log, q, order, 30 + index, options);
          expect({ q, seqs: answer.map(({ seq }) => seq) }).toEqual({ q, seqs: expected(model, q, order, NOW_MS).map(({ seq }) => seq) });
        }
      }
      expect(partialPages).toBeGreaterThan(50);
    },
    SLOW_MS,
  );

  test('a statement that the database breaks off is a time-out, or a part of the answer', async () => {
    // What the database does not finish within a millisecond; nothing is known by then.
    const slow = `${'-reason:*a*b*c*d* '.repeat(60)} changed:"no such field"`;
    const attempt = async (): Promise<string> => {
      try {
        const { partial } = await listEvents(trail.reader, log, { q: slow, limit: 1_000 }, { statementMs: 1 });
        return partial === true ? 'partial' : 'whole';
      } catch (error) {
        return (error as { code: string }).code;
      }
    };
    expect(['query_timeout', 'partial']).toContain(await attempt());
    // The connection is as good as before.
    expect((await listEvents(trail.reader, log, { limit: 3 })).events).toHaveLength(3);
  });

  test('tells how a page is found, without the values of the query', async () => {
    const { explanation, plan } = await explainEvents(trail.reader, log, { q: 'actor:(b_1 OR bx1) outcome:success', limit: 5 });
    expect(explanation).toBe(explain(parse('actor:(b_1 OR bx1) outcome:success')));
    expect(plan[0]).toMatchObject({ lead: 'actor', from: monthStart(new Date(plan[0]?.to ?? '')).toISOString() });
    expect(JSON.stringify(plan)).not.toContain('bx1');
    expect((await explainEvents(trail.reader, log, { q: 'resource:bot/b_1 actor.id:bx1' })).plan[0]?.lead).toBe('resource');
    expect((await explainEvents(trail.reader, log, { q: 'outcome:success' })).plan[0]?.lead).toBe('time');
    expect((await explainEvents(trail.reader, undefined, { q: 'outcome:success' })).plan).toEqual([]);
  });

  test('finds an event by its id, by query and directly, and not by that of another tenant', async () => {
    const mine = model[20] as ModelEvent;
    const theirs = foreign[20] as ModelEvent;
    const { event } = mine;
    expect(await getEvent(trail.reader, log, event.id.toUpperCase())).toEqual(shown(log, mine));
    expect((await listEvents(trail.reader, log, { q: `id:${event.id}` })).events).toEqual([shown(log, mine)]);
    expect((await listEvents(trail.reader, log, { q: `-id:${event.id}`, limit: 1_000 })).events).toHaveLength(model.length - 1);
    expect((await listEvents(trail.reader, log, { q: `id:${theirs.event.id}` })).events).toEqual([]);
    for (const id of [theirs.event.id, '0197f0c2-6a52-7c1e-9b1a-5f2d3c4b5a69', 'x', '', "'; select 1", `${event.id}\0`]) {
      await expect(getEvent(trail.reader, log, id)).rejects.toMatchObject({ code: 'not_found' });
    }
  });

  test('shows a resource its own events and, when asked, those that name it', async () => {
    const { type, id } = busiestResource(model);
    const path = `${type}/"${id.replace(/["\\]/g, '\\$&')}"`;
    for (const related of [false, true]) {
      for (const order of ORDERS) {
        const all: PresentedEvent[] = [];
        let cursor: string | undefined;
        do {
          const page = await resourceHistory(trail.reader, log, { type, id, related }, { limit: 3, order, cursor });
          expect(page.resource).toMatchObject({ type, id });
          all.push(...page.events);
          cursor = page.next;
        } while (cursor !== undefined);
        const own = new Set([
          ...expected(model, `resource:${path}`, order, NOW_MS),
          ...(related ? expected(model, `related:${path}`, order, NOW_MS) : []),
        ]);
        const inOrder = expected(model, '', order, NOW_MS).filter((item) => [...own].some(({ seq }) => seq === item.seq));
        expect(inOrder.length).toBeGreaterThan(related ? 8 : 4);
        expect(all).toEqual(inOrder.map((item) => shown(log, item)));
      }
    }
  });

  test('does not show one tenant to another, whatever number the statement names', async () => {
    const other = await trail.log('org_other');
    const ids = new Set(foreign.map(({ event }) => event.id));
    expect((await everyPage(trail, log, '', 'desc', 1_000)).some(({ id }) => ids.has(id))).toBe(false);
    expect((await everyPage(trail, other, '', 'desc', 1_000)).filter(({ id }) => ids.has(id))).toHaveLength(foreign.length);
    const naked = await trail.reader.query(
      'select 1 from indelible.event union all select 1 from indelible.event_key union all select 1 from indelible.event_related',
    );
    expect(naked.rows).toEqual([]);
  });

  test('refuses a cursor of another query, order or tenant', async () => {
    const { next } = await listEvents(trail.reader, log, { q: 'outcome:success', limit: 1 });
    expect(next).toBeDefined();
    const same = await listEvents(trail.reader, log, { q: ' outcome:"success" ', limit: 2, cursor: next });
    expect(same.events).toHaveLength(2);
    const asks = [{ q: 'outcome:failure' }, { q: 'outcome:success', order: 'asc' as const }, {}];
    for (const ask of asks)
      await expect(listEvents(trail.reader, log, { ...ask, cursor: next })).rejects.toMatchObject({ code: 'cursor_invalid' });
    const other = await trail.log('org_other');
    await expect(listEvents(trail.reader, other, { q: 'outcome:success', cursor: next })).rejects.toMatchObject({ code: 'cursor_invalid' });
    await expect(resourceHistory(trail.reader, log, { type: 'bot', id: 'b_1' }, { cursor: next })).rejects.toMatchObject({
      code: 'cursor_invalid',
    });
  });

  test('keeps meaning the same by a relative time on later pages', async () => {
    const q = 'at:-45d';
    const first = await listEvents(trail.reader, log, { q, limit: 3, nowMs: NOW_MS });
    const second = await listEvents(trail.reader, log, { q, limit: 1_000, cursor: first.next, nowMs: NOW_MS + 300 * 86_400_000 });
    expect([...first.events, ...second.events].map(({ seq }) => seq)).toEqual(expected(model, q, 'desc', NOW_MS).map(({ seq }) => seq));
  });

  test('refuses limits that are none', async () => {
    for (const limit of [0, -1, 1.5, 1_001, Number.NaN]) {
      await expect(listEvents(trail.reader, log, { limit })).rejects.toMatchObject({ code: 'parameter_invalid' });
    }
  });

  test(
    'takes hostile input for what it is: a value',
    async () => {
      const values = [
        "'",
        "'; drop table indelible.event; --",
        '$1',
        '%',
        '_',
        '\\',
        '\\%',
        '{"a"}',
        '[',
        '(?n)(a+)+$',
        'NaN',
        'null',
        "E'\\\\x00'",
        '💥',
        'x'.repeat(16_000),
      ];
      for (const value of values) {
        const quoted = `"${value.replace(/["\\]/g, '\\$&')}"`;
        for (const field of ['action', 'actor', 'reason', 'tag', 'onbehalfof', 'resource', 'related', 'related:a/x related']) {
          expect((await listEvents(trail.reader, log, { q: `${field}:${quoted}` })).events).toEqual([]);
        }
        expect((await resourceHistory(trail.reader, log, { type: 'bot', id: value.slice(0, 256), related: true })).events).toEqual([]);
      }
      for (const seq of ['9007199254740991', '>9007199254740991', '>=9007199254740991']) {
        expect((await listEvents(trail.reader, log, { q: `seq:${seq}` })).events).toEqual([]);
      }
      expect((await listEvents(trail.reader, log, { q: 'at:0001..9999', limit: 1_000 })).events).toHaveLength(model.length);
      expect(
        (await listEvents(trail.reader, log, { q: Array.from({ length: 256 }, () => '-actor:*x*y*').join(' '), limit: 1_000 })).events
          .length,
      ).toBeGreaterThan(0);
      for (const subject of [
        { type: 'BOT', id: 'x' },
        { type: 'bot', id: '' },
        { type: 'bot', id: 'a\0b' },
        { type: 'bot', id: '\ud800' },
        { type: 'bot', id: 'x'.repeat(257) },
      ]) {
        await expect(resourceHistory(trail.reader, log, subject)).rejects.toMatchObject({ code: 'parameter_invalid' });
      }
      expect(await listEvents(trail.reader, undefined, { q: 'actor:maria' })).toEqual({ events: [] });
      await expect(listEvents(trail.reader, undefined, { q: 'nonsense:x' })).rejects.toMatchObject({ code: 'query_invalid' });
    },
    SLOW_MS,
  );

  test('answers from the disclosures, not from the columns', async () => {
    const target = expected(model, 'action:bot.updated outcome:success', 'desc', NOW_MS)[0] as ModelEvent;
    await trail.owner.query("update indelible.event set action = 'bot.forged', actor_name = 'Mallory' where id = $1", [target.event.id]);
    const { events } = await listEvents(trail.reader, log, { q: 'action:bot.forged' });
    expect(events).toEqual([shown(log, target)]);
    await trail.owner.query('update indelible.event set action = $2, actor_name = $3 where id = $1', [
      target.event.id,
      target.event.action,
      target.event.actor.name ?? null,
    ]);
  });
});

test(
  'each page is right for the moment of its reading, though events arrive between pages',
  async () => {
    const trail = await openTestTrail(FIRST_MONTH);
    try {
      const start = monthStart(new Date(NOW_MS), -2).getTime();
      for (const [round, order] of (['desc', 'asc', 'desc', 'asc'] as const).entries()) {
        const tenant = `org_${round}`;
        let recordedMs = start;
        const model: ModelEvent[] = [];
        const arrive = async (count: number): Promise<void> => {
          model.push(
            ...(await trail.append(
              tenant,
              fc.sample(inputs(recordedMs), { seed: round * 1_000 + model.length, numRuns: count }),
              recordedMs,
            )),
          );
          recordedMs = Math.min(recordedMs + 3 * 86_400_000, NOW_MS - 60_000);
        };
        await arrive(30);
        const log = await trail.log(tenant);
        const q = round < 2 ? 'seq:>0' : 'seq:>0 -outcome:denied';
        let cursor: string | undefined;
        let last: ModelEvent | undefined;
        do {
          const page = await listEvents(trail.reader, log, { q, order, limit: 9, cursor });
          const right = expected(model, q, order, NOW_MS, last).slice(0, 9);
          expect(page.events).toEqual(right.map((item) => shown(log, item)));
          cursor = page.next;
          last = right.at(-1);
          if (model.length < 100) await arrive(7);
        } while (cursor !== undefined);
        expect(model.length).toBeGreaterThan(50);
      }
    } finally {
      await trail.close();
    }
  },
  SLOW_MS,
);
