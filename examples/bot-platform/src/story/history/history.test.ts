// The history: the same for the same seed and day, about as long on every day, whole in itself, and with all its scenes.

import { isDeepStrictEqual } from 'node:util';
import { expect, test } from 'vitest';
import { COMPANY } from '../../seed/company.ts';
import { JOBS } from '../cast.ts';
import type { StoryEvent, Values } from '../event.ts';
import { minutesAt } from '../local-time.ts';
import { ABROAD, MOMENTS } from '../moments.ts';
import { dayOfFirst, firstInstantOf, tellHistory } from './history.ts';

const DAY_MS = 86_400_000;
const dayOf = (date: string): number => Date.parse(`${date}T00:00:00Z`) / DAY_MS;
// A Monday; between this day and thirty days before, the clocks of Europe and America change.
const TODAY = dayOf('2026-11-23');
const story = tellHistory(1, TODAY);
const acme = story.events.get('org_acme') ?? [];
const all = [...story.events.values()].flat();

function count(events: readonly StoryEvent[], of: (event: StoryEvent) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const event of events) counts[of(event)] = (counts[of(event)] ?? 0) + 1;
  return counts;
}

test('the same seed and day tell the same, another seed tells something else', () => {
  expect(isDeepStrictEqual(tellHistory(1, TODAY), story)).toBe(true);
  expect(isDeepStrictEqual(tellHistory(2, TODAY).events, story.events)).toBe(false);
});

test('how much of what: pinned', () => {
  expect({ acme: acme.length, globex: story.events.get('org_globex')?.length }).toEqual({ acme: 4_142, globex: 443 });
  expect(count(all, ({ action }) => action)).toMatchObject({
    'auth.login.succeeded': 299,
    'auth.login.failed': 17,
    'conversation.created': 515,
    'record.updated': 399,
    'bot.updated': 319,
    'export.created': 33,
    'api_token.created': 1,
    'grant.created': 1,
  });
  expect(count(all, ({ actor }) => actor.type)).toEqual({ user: 4_039, agent: 149, api_key: 147, service: 250 });
});

test('on whatever weekday it begins, it is about as long, has the same night, and leaves the same bots', () => {
  for (const n of [1, 3, 5]) {
    const { events, rows } = tellHistory(1, TODAY + n);
    const told = events.get('org_acme') ?? [];
    expect(Math.abs(told.length - acme.length)).toBeLessThan(60);
    expect(told.filter(({ context }) => context.location?.country === ABROAD.country)).toHaveLength(59);
    expect([...(rows.get('bot')?.keys() ?? [])]).toEqual(COMPANY.bots.map(({ id }) => id));
  }
});

test('ids are UUIDs, each its own; times are those of the thirty days, in order, and none of the last two', () => {
  expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
  expect(all.filter(({ id }) => !/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id))).toEqual([]);
  for (const events of story.events.values()) {
    const times = events.map(({ occurredAt }) => occurredAt);
    expect(times).toEqual(times.toSorted());
    expect(times[0]).toBe(new Date(firstInstantOf(TODAY)).toISOString());
    expect(Date.parse(times.at(-1) ?? '')).toBeLessThan((TODAY - 1.9) * DAY_MS);
  }
  expect(dayOfFirst(acme[0]?.occurredAt ?? '')).toBe(TODAY);
});

test('every change begins with what the one before left, so that each row has one history', () => {
  const rows = new Map<string, Values>();
  const broken: string[] = [];
  for (const { action, resource, change, outcome, occurredAt } of all) {
    if (resource === undefined || change === undefined || outcome !== undefined) continue;
    const key = `${resource.type}/${resource.id}`;
    if (!isDeepStrictEqual(change.before, rows.get(key))) broken.push(`${occurredAt} ${action} ${key}`);
    if (change.after === undefined) rows.delete(key);
    else rows.set(key, change.after);
  }
  expect(broken).toEqual([]);
  expect(rows.size).toBeGreaterThan(500);
});

test('what a name refers to is there', () => {
  const known = new Set(all.flatMap(({ resource, change }) => (resource && change?.after ? [`${resource.type}/${resource.id}`] : [])));
  const named = all.flatMap(({ related = [] }) => related.map(({ type, id }) => `${type}/${id}`));
  expect(named.filter((name) => !known.has(name))).toEqual([]);
});

test('people sign in within their shifts, by the clock of their own city; only some on weekends', () => {
  const signIns = all.filter(({ action, context }) => action.startsWith('auth.login.') && context.ip !== ABROAD.ip);
  for (const { actor, occurredAt } of signIns) {
    const jobs = JOBS.filter(({ person }) => person.id === actor.id);
    const minutes = minutesAt(Date.parse(occurredAt), jobs[0]?.person.place.timezone ?? 'UTC');
    expect(jobs.some(({ from }) => minutes >= from - 1 && minutes <= from + 21)).toBe(true);
  }
  const onSunday = signIns.filter(({ occurredAt }) => new Date(occurredAt).getUTCDay() === 0).map(({ actor }) => actor.id);
  expect([...new Set(onSunday)].sort()).toEqual(['usr_maria', 'usr_noah']);
});

test('the night: from another country, at another hour, and everything that it is told for', () => {
  const night = acme.filter(({ context }) => context.location?.country === ABROAD.country);
  expect(count(night, ({ action }) => action)).toEqual({
    'auth.login.failed': 2,
    'auth.login.succeeded': 1,
    'dataset.viewed': 1,
    'webhook.viewed': 1,
    'api_token.created': 1,
    'bot.updated': 1,
    'webhook.updated': 1,
    'export.created': 1,
    'export.downloaded': 1,
    'record.deleted': 48,
    'auth.logout': 1,
  });
  expect(night.find(({ action }) => action === 'auth.login.succeeded')).toMatchObject({
    // 02:41 in Toronto.
    occurredAt: expect.stringMatching(/^2026-11-20T07:41:/),
    actor: { id: 'usr_casey', name: 'Casey Morgan' },
    context: { ip: ABROAD.ip, location: { country: 'CL', city: 'Santiago' } },
  });
  const deletions = night.filter(({ action }) => action === 'record.deleted');
  expect(new Set(deletions.map(({ context }) => context.requestId)).size).toBe(1);
  expect(deletions[0]?.actor).toMatchObject({ type: 'api_key', id: 'tok_backup', onBehalfOf: { id: 'usr_casey' } });
  // Before that night nobody of Acme was ever in that country, and Casey never at work at that hour.
  const before = acme.slice(0, acme.indexOf(night[0] as StoryEvent));
  expect(before.filter(({ context }) => context.location?.country === ABROAD.country)).toEqual([]);
});

test('moments fit on a line of eighty columns, and so do their queries', () => {
  expect(MOMENTS).toHaveLength(10);
  for (const { line, query } of MOMENTS) {
    expect(` 1 ${line}`.length).toBeLessThan(80);
    expect(`   ./indelible query '${query}'`.length).toBeLessThanOrEqual(80);
    expect(query).not.toContain("'");
  }
});
