// Queries that are made to be slow: each is answered, in part at least, refused or broken off in its time, and none of them
// leaves anything in memory.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Failure } from '@indelible/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { monthStart } from '../store/partitions.ts';
import type { TenantLog } from '../store/tenants.ts';
import { listEvents } from './page.ts';
import { openTestTrail, type TestTrail } from './trail.test.fixture.ts';

const NOW_MS = Date.now();
const FIRST_MONTH = monthStart(new Date(NOW_MS), -3);
const EVENTS = 600;
const PAGE_MS = 1_000;
/** A busy machine may take a while to notice that the time is up. */
const SLACK_MS = 6_000;
const HEAP_BYTES_MAX = 8 * 1024 * 1024;

let trail: TestTrail;
let log: TenantLog;

beforeAll(async () => {
  trail = await openTestTrail(FIRST_MONTH);
  const long = 'a'.repeat(3_900);
  for (let month = 0; month < 3; month++) {
    const recordedMs = monthStart(FIRST_MONTH, month).getTime() + 86_400_000;
    const inputs = Array.from({ length: EVENTS / 3 }, (_, index) => ({
      action: 'bot.updated',
      actor: { id: `usr_${index}`, name: long.slice(0, 1_000) },
      change: { before: { text: long, list: Array.from({ length: 100 }, () => 'aaaa') }, after: { text: `${long}a`, deep: nested(25) } },
      context: { reason: long },
    }));
    await trail.append('org_acme', inputs, recordedMs);
  }
  log = await trail.log('org_acme');
}, 180_000);

afterAll(async () => {
  await trail?.close();
});

function nested(depth: number): object {
  return depth === 0 ? { end: 'a' } : { in: nested(depth - 1) };
}

const stars = `${'*a'.repeat(2_000)}*b`;

const hostile: [name: string, q: string, codes: readonly string[]][] = [
  ['10,000 terms', Array.from({ length: 10_000 }, (_, index) => `action:a${index}`).join(' '), ['query_invalid']],
  ['10,000 short terms', 'a '.repeat(8_000), ['query_invalid']],
  ['the most terms, all excluded', Array.from({ length: 256 }, (_, index) => `-reason:*a${index}*b*`).join(' '), ['query_timeout']],
  ['the most alternatives', Array.from({ length: 256 }, (_, index) => `actor:a${index}`).join(' OR '), []],
  ['alternatives of one field', `action:(${Array.from({ length: 250 }, (_, index) => `x${index}.y`).join(' OR ')})`, []],
  ['thousands of alternatives', Array.from({ length: 3_000 }, (_, index) => `a${index}`).join(' OR '), ['query_invalid']],
  ['100 parentheses', `${'('.repeat(100)}action:a${')'.repeat(100)}`, ['query_invalid']],
  ['parentheses that never close', '('.repeat(16_000), ['query_invalid']],
  ['the deepest exclusions', `${'-('.repeat(30)}action:bot.updated OR reason:x${')'.repeat(30)}`, []],
  ['a glob of 2,000 stars on long texts', `reason:${stars}`, ['query_timeout']],
  ['such a glob on every value', `before.text:${stars} after.text:${stars}`, ['query_timeout']],
  ['such a glob on names', `actor:${stars}`, ['query_timeout']],
  ['such a glob on changed fields', `changed:${stars}`, ['query_timeout']],
  ['values under every path', Array.from({ length: 100 }, (_, index) => `after.in:>${index}`).join(' OR '), ['query_timeout']],
  ['all of time', 'at:0001..9999 seq:0..9007199254740991', []],
  ['a range that is upside down', 'seq:9007199254740991..0', ['query_invalid']],
  ['16 KiB of text', `"${'word '.repeat(3_270)}"`, ['query_timeout', 'query_invalid']],
  ['more than 16 KiB', 'x'.repeat(16_385), ['query_invalid']],
  ['more texts than may be', Array.from({ length: 250 }, (_, index) => `a${index}`).join(' OR '), ['query_invalid']],
  ['as many texts as may be', Array.from({ length: 64 }, (_, index) => `a${index}`).join(' OR '), ['query_timeout']],
  ['as many excluded texts', Array.from({ length: 64 }, (_, index) => `-a${index}*`).join(' '), ['query_timeout']],
  ['the longest phrase', `-"${'a '.repeat(63)}b"`, ['query_timeout']],
  ['ranges in every value, excluded', Array.from({ length: 250 }, (_, index) => `-after.deep:>${index}`).join(' '), ['query_timeout']],
  ['globs in every value, excluded', Array.from({ length: 250 }, (_, index) => `-before.list:*x${index}*`).join(' '), ['query_timeout']],
  ['networks', Array.from({ length: 250 }, (_, index) => `ip:${index}.0.0.0/8`).join(' OR '), []],
];

test.each(hostile)('%s', async (_, q, codes) => {
  const isRefused = codes.length === 1 && codes[0] === 'query_invalid';
  for (const order of ['desc', 'asc'] as const) {
    const started = performance.now();
    try {
      // What is never broken off has the time that every query has.
      const cost = codes.length === 0 ? {} : { walkMs: PAGE_MS / 2, statementMs: PAGE_MS / 2 };
      await listEvents(trail.reader, log, { q, order, limit: 1_000 }, cost);
      expect(isRefused).toBe(false);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      expect(codes).toContain(error.code);
    }
    expect(performance.now() - started).toBeLessThan(PAGE_MS + SLACK_MS);
  }
});

test('a query of every kind, over and over, leaves nothing in memory', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const used = (): number => {
    // What was collected only by chance would be counted otherwise.
    collect();
    return process.memoryUsage().heapUsed;
  };
  const ask = async (): Promise<void> => {
    for (const [, q] of hostile) {
      await listEvents(trail.reader, log, { q, limit: 10 }, { walkMs: 0, statementMs: 100 }).catch((error: unknown) => {
        if (!(error instanceof Failure)) throw error;
      });
    }
  };
  await ask();
  const before = used();
  for (let round = 0; round < 5; round++) await ask();
  expect(used() - before).toBeLessThan(HEAP_BYTES_MAX);
}, 120_000);
