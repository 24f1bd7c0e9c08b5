import { parse } from '@indelible/core';
import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { asTenant } from '../store/as-tenant.ts';
import { monthStart } from '../store/partitions.ts';
import type { RecordedRange } from '../store/read-events.ts';
import { scanStatement } from '../store/scan-statement.ts';
import type { TenantLog } from '../store/tenants.ts';
import { compile } from './compile.ts';
import { type Choice, choose } from './lead.ts';
import { toScan } from './scan.ts';
import { openTestTrail, type TestTrail } from './trail.test.fixture.ts';

const NOW_MS = Date.now();
const FIRST_MONTH = monthStart(new Date(NOW_MS), -3);
const MONTHLY = 4_000;

let trail: TestTrail;
let log: TenantLog;

beforeAll(async () => {
  trail = await openTestTrail(FIRST_MONTH);
  for (const tenant of ['org_other', 'org_acme']) {
    for (let month = 0; month < 3; month++) {
      const recordedMs = monthStart(FIRST_MONTH, month).getTime() + 20 * 86_400_000;
      const inputs = Array.from({ length: MONTHLY }, (_, index) => ({
        action: `bot.${['created', 'updated', 'viewed', 'deleted', 'shared'][index % 5]}`,
        actor: { id: `usr_${index % 150}`, name: `Person ${index % 150}`, email: `p${index % 150}@example.com` },
        resource: { type: 'bot', id: `bot_${index % 300}` },
        related: [{ relation: 'uses', type: 'dataset', id: `ds_${index % 200}` }],
        occurredAt: new Date(recordedMs - index * 1_000).toISOString(),
      }));
      for (let at = 0; at < inputs.length; at += 1_000) await trail.append(tenant, inputs.slice(at, at + 1_000), recordedMs);
    }
  }
  await trail.owner.query('analyze indelible.event');
  log = await trail.log('org_acme');
}, 180_000);

afterAll(async () => {
  await trail?.close();
});

/** The plan of a page's statement, without its costs. */
async function plan(q: string, order: 'asc' | 'desc', recorded: RecordedRange): Promise<string> {
  const after = { occurredMs: recorded.toMs - 2 * 86_400_000, seq: 5 };
  const clock = { nowMs: NOW_MS, zone: 'UTC' };
  const compiled = compile(parse(q), clock);
  const scan = toScan(choose(compiled)[0] as Choice, compiled.bounds, clock, 500);
  const slice = { recorded, order, limit: 51, bytes: 8 * 1024 * 1024, after: order === 'desc' ? after : undefined };
  const { text, values } = scanStatement(log.tenantId, slice, scan);
  const explain = async (tx: pg.ClientBase): Promise<string[]> => {
    const answer = await tx.query<{ 'QUERY PLAN': string }>(`explain (costs off) ${text}`, values);
    return answer.rows.map((row) => row['QUERY PLAN']);
  };
  return (await asTenant(trail.reader, log.tenantId, 60_000, explain, 'ordered')).join('\n');
}

const ACTOR = /\((actor_id|actor_name|actor_email) = /;

// What the index that leads is asked for, and which conditions are looked at in its entries.
const pages: [kind: string, q: string, led: RegExp, looked: RegExp | undefined][] = [
  ['plain', '', /\(tenant_id = /, undefined],
  ['time', 'at:2020..', /\(occurred_at >= /, undefined],
  ['actor id', 'actor.id:usr_7', /\(actor_id = /, undefined],
  ['actor', 'actor:usr_7', ACTOR, undefined],
  ['e-mail', 'actor:someone@example.com', ACTOR, undefined],
  ['resource', 'resource:bot/bot_7', /\(resource_type = .*\(resource_id = /, undefined],
  ['related resource', 'related:dataset/ds_7', /\(type = .*\(id = |\(seq = r\.seq\)/, undefined],
  ['action', 'action:bot.viewed', /\(action = /, undefined],
  ['actor and action', 'actor.id:usr_7 action:bot.viewed at:-90d', /\(actor_id = /, /action = /],
  ['actor and resource', 'actor:usr_7 resource:bot/bot_7', /\(resource_type = /, /actor_name = /],
  ['address', 'action:bot.viewed ip:10.0.0.0/8', /\(action = /, /ip <<= /],
  ['alternatives', '(actor.id:usr_7 OR resource:bot/bot_7) -outcome:denied', /\(actor_id = |\(resource_type = /, /outcome = /],
  ['session', 'session:s_7', /\(tenant_id = /, /strpos/],
];

const whole = { fromMs: FIRST_MONTH.getTime(), toMs: monthStart(FIRST_MONTH, 3).getTime() };
const newest = { ...whole, fromMs: monthStart(FIRST_MONTH, 2).getTime() };

test.each(pages)('a page by %s walks its index and sorts nothing', async (_, q, led, looked) => {
  // One month, and several at once: the walk does both.
  for (const recorded of [newest, whole]) {
    for (const order of ['desc', 'asc'] as const) {
      const text = await plan(q, order, recorded);
      if (process.env['SHOW']) console.log(q, order, text);
      expect(text).toMatch(/Index (Only )?Scan/);
      expect(text).not.toMatch(/->\s+(Incremental )?Sort|Seq Scan|Bitmap/);
      const walked = text.match(/Index Cond: .*/g) ?? [];
      expect(walked.length).toBeGreaterThan(0);
      for (const line of walked) expect(line).toMatch(led);
      if (order === 'desc') expect(text).toContain('(ROW(occurred_at, seq) < ROW(');
      // The first filter is that of the bytes.
      expect(text.match(/Filter: .*/)?.[0]).toMatch(/ahead <= /);
      if (looked !== undefined) expect(text.match(/Filter: .*/g)?.[1]).toMatch(looked);
    }
  }
});

test.each(['seq:7..9', 'id:0197f0c2-6a52-7c1e-9b1a-5f2d3c4b5a69'])('%s is looked up by the sequence number', async (q) => {
  const text = await plan(q, 'desc', whole);
  const walked = text.match(/Index Cond: .*/g) ?? [];
  expect(walked.length).toBeGreaterThan(0);
  for (const line of walked) expect(line).not.toContain('occurred_at');
});

test('a month that a query rules out is not opened', async () => {
  const text = await plan('', 'desc', newest);
  const month = monthStart(FIRST_MONTH, 2).toISOString().slice(0, 7).replace('-', '_');
  expect(text.match(/event_\d{4}_\d\d/g)?.every((name) => name === `event_${month}`)).toBe(true);
});

/** What a connection does with a statement whose plan it keeps, made without a look at the values. */
async function keptPlan({ text, values }: { text: string; values: unknown[] }): Promise<string> {
  const shown = (value: unknown): string => (Array.isArray(value) ? `{${value.join(',')}}` : String(value));
  const explain = async (tx: pg.ClientBase): Promise<string[]> => {
    await tx.query(`prepare kept as ${text}`);
    const args = values.map((value) => `'${shown(value)}'`).join(', ');
    const answer = await tx.query<{ 'QUERY PLAN': string }>(`explain (costs off) execute kept (${args})`);
    await tx.query('deallocate kept');
    return answer.rows.map((row) => row['QUERY PLAN']);
  };
  return (await asTenant(trail.reader, log.tenantId, 60_000, explain, 'kept')).join('\n');
}

const bounds = { occurredFromMs: Number.NEGATIVE_INFINITY, occurredToMs: Number.POSITIVE_INFINITY, seq: {} };
const room = { order: 'desc', limit: 51, bytes: 8 * 1024 * 1024 } as const;

test('events that the index of text search leads to are looked up by the kept plan, each in its own partition', async () => {
  const lead = { kind: 'places', name: 'text search', seqs: [7, 4_000, 9_000] } as const;
  const text = await keptPlan(scanStatement(log.tenantId, { recorded: whole, ...room }, { lead, bounds, rest: undefined, entries: 500 }));
  const walked = text.match(/Index Cond: .*/g) ?? [];
  expect(walked.length).toBeGreaterThan(0);
  for (const line of walked) expect(line).toMatch(/\(seq = (?:s|k)\.seq\)/);
  // Of the key, and of each month: no index that has the number at its end.
  expect(text).toMatch(/_pkey on event_\d{4}_\d\d/);
  expect(text).not.toMatch(/occurred_at_seq_idx|Seq Scan/);
});

test.each([
  ['', /tenant_id_occurred_at_seq_idx/],
  ['resource:bot/bot_7', /resource_type_resource_id/],
  ['actor:usr_7', /actor_(?:id|name|email)_occurred_at/],
  ['action:bot.viewed', /action_occurred_at/],
] as const)('the kept plan of %j walks its index too', async (q, index) => {
  const compiled = compile(parse(q), { nowMs: NOW_MS, zone: 'UTC' });
  const scan = toScan(choose(compiled)[0] as Choice, compiled.bounds, { nowMs: NOW_MS, zone: 'UTC' }, 500);
  const text = await keptPlan(scanStatement(log.tenantId, { recorded: whole, ...room }, scan));
  const walked = text.match(/Index Scan(?: Backward)? using \S+/g) ?? [];
  expect(walked.length).toBeGreaterThan(0);
  for (const line of walked) expect(line).toMatch(index);
  expect(text).not.toMatch(/->\s+(Incremental )?Sort|Seq Scan|Bitmap/);
});
