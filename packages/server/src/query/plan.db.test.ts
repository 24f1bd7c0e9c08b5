import { parse } from '@indelible/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { asTenant } from '../store/as-tenant.ts';
import { monthStart } from '../store/partitions.ts';
import { type RecordedRange, sliceStatement } from '../store/read-events.ts';
import type { TenantLog } from '../store/tenants.ts';
import { compile } from './compile.ts';
import { openTestTrail, type TestTrail } from './trail.test.fixture.ts';
import { steps } from './walk.ts';

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
        actor: { id: `usr_${index % 150}`, name: `Person ${index % 150}` },
        resource: { type: 'bot', id: `bot_${index % 300}` },
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

async function plan(q: string, order: 'asc' | 'desc', recorded: RecordedRange): Promise<string> {
  const after = { occurredMs: recorded.toMs - 2 * 86_400_000, seq: 5 };
  const { text, values } = sliceStatement(
    log.tenantId,
    { recorded, order, limit: 51, after: order === 'desc' ? after : undefined },
    compile(parse(q), { nowMs: NOW_MS, zone: 'UTC' }).condition,
  );
  const answer = await asTenant(trail.reader, log.tenantId, 60_000, (tx) =>
    tx.query<{ 'QUERY PLAN': string }>(`explain (costs off) ${text}`, values),
  );
  return answer.rows.map((row) => row['QUERY PLAN']).join('\n');
}

const pages: [kind: string, q: string, column: string | undefined][] = [
  ['plain', '', undefined],
  ['actor', 'actor.id:usr_7', 'actor_id'],
  ['resource', 'resource:bot/bot_7', 'resource_id'],
  ['action', 'action:bot.viewed', 'action'],
];

// One month, and several at once: the walk does both.
const ranges = [...steps({ fromMs: FIRST_MONTH.getTime(), toMs: monthStart(FIRST_MONTH, 3).getTime() })];

test.each(pages)('a %s page walks its index and sorts nothing', async (_, q, column) => {
  for (const recorded of [ranges[0] as RecordedRange, { fromMs: FIRST_MONTH.getTime(), toMs: monthStart(FIRST_MONTH, 3).getTime() }]) {
    for (const order of ['desc', 'asc'] as const) {
      const text = await plan(q, order, recorded);
      expect(text).toMatch(/Index Scan/);
      expect(text).not.toMatch(/->\s+(Incremental )?Sort|Seq Scan|Bitmap/);
      for (const line of text.match(/Index Cond: .*/g) ?? [])
        expect(line).toContain(column === undefined ? '(tenant_id = ' : `(${column} = `);
      if (order === 'desc') expect(text).toContain('(ROW(occurred_at, seq) < ROW(');
    }
  }
});

test('a month that a query rules out is not opened', async () => {
  const text = await plan('', 'desc', ranges[0] as RecordedRange);
  const month = monthStart(FIRST_MONTH, 2).toISOString().slice(0, 7).replace('-', '_');
  expect(text.match(/event_\d{4}_\d\d/g)?.every((name) => name === `event_${month}`)).toBe(true);
});
