// The folding alone: what is counted, what is bounded, and what is written once.

import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ACCESS_CHARS_MAX, ACCESS_QUESTION_CHARS_MAX, COMMIT_EVENTS_MAX, READS_FOLDED_MS } from '../limits.ts';
import { selfEvent, type SelfEvent } from '../store/self.ts';
import type { Access } from './access-entry.ts';
import { AccessTrail, type AccessTrailOptions } from './access-trail.ts';
import { byPrincipal } from './actor.ts';

interface Written {
  readonly tenant: string;
  readonly event: SelfEvent;
}

function open(options: Partial<AccessTrailOptions> = {}): { trail: AccessTrail; written: Written[] } {
  const written: Written[] = [];
  const trail = new AccessTrail({
    self: async (tenant, events) => {
      for (const event of events) {
        // What the log would not take fails here.
        selfEvent(event);
        written.push({ tenant, event });
      }
    },
    logOf: async (tenant) => (tenant === 'org_new' ? undefined : { logId: 'abc' }),
    onError: () => undefined,
    ...options,
  });
  return { trail, written };
}

function read(who: string, more: Partial<Access> = {}): Access {
  const by = byPrincipal({ kind: 'key', id: who, grants: [], credentials: [] }, '203.0.113.7');
  return { tenant: 'org_acme', action: 'audit.searched', by, operation: 'listEvents', question: 'actor:maria', ...more };
}

const counts = (written: readonly Written[]): number[] => written.map(({ event }) => Number(event.metadata?.['count']));

test('what one actor reads of one kind is one event a minute', async () => {
  const { trail, written } = open();
  for (let at = 0; at < 30; at++) trail.note(read('key_1', { question: `bot_${at}` }), 1_000 + at);
  trail.note(read('key_2'), 1_000);
  trail.note(read('key_1', { action: 'audit.viewed', operation: 'getEvent' }), 1_000);
  trail.note(read('key_1', { tenant: 'org_other' }), 1_000);
  await trail.flush(1_000 + READS_FOLDED_MS - 1);
  // What has no place among the questions of the first is another event.
  expect(counts(written)).toEqual([20]);
  await trail.flush(1_020 + READS_FOLDED_MS);
  expect(counts(written).toSorted((a, b) => a - b)).toEqual([1, 1, 1, 10, 20]);
  const most = written.find(({ event }) => event.metadata?.['count'] === 20)?.event;
  expect(most).toMatchObject({
    action: 'audit.searched',
    actor: { type: 'api_key', id: 'key_1' },
    resource: { type: 'log', id: 'abc' },
    context: { ip: '203.0.113.7' },
    metadata: { from: '1970-01-01T00:00:01.000Z', to: '1970-01-01T00:00:01.019Z' },
  });
  expect(most?.metadata?.['asked']).toHaveLength(20);
  trail.note(read('key_1'), 1_000 + READS_FOLDED_MS);
  expect(trail.size).toBe(1);
});

test('no question is hidden behind others', async () => {
  const { trail, written } = open();
  for (let at = 0; at < 50; at++) trail.note(read('key_1', { question: `junk${at}` }), 1_000);
  for (let time = 0; time < 3; time++) trail.note(read('key_1', { question: 'actor:usr_maria', parameters: 'from=-7d' }), 1_000);
  await trail.flush(Number.POSITIVE_INFINITY);
  expect(counts(written).toSorted((a, b) => a - b)).toEqual([13, 20, 20]);
  const asked = written.flatMap(({ event }) => event.metadata?.['asked'] as object[]);
  expect(asked).toHaveLength(51);
  expect(asked).toContainEqual({ operation: 'listEvents', question: 'actor:usr_maria', parameters: 'from=-7d', times: 3 });
  expect(written.some(({ event }) => event.metadata?.['further'] !== undefined)).toBe(false);
});

test('of a question that is too long there is its head, its length and its hash', async () => {
  const { trail, written } = open();
  const long = `(${'action:bot.listed OR '.repeat(30)}actor:usr_maria)`;
  trail.note(read('key_1', { question: long }), 1_000);
  trail.note(read('key_1', { question: `${long} ` }), 1_000);
  await trail.flush(Number.POSITIVE_INFINITY);
  const sha256 = createHash('sha256').update(long).digest('hex');
  expect(written[0]?.event.metadata?.['asked']).toMatchObject([
    { question: `${long.slice(0, 300)} [cut; ${long.length} characters, sha256:${sha256}]`, times: 1 },
    { times: 1 },
  ]);
});

test('a secret that was pasted into a question is not kept', async () => {
  const { trail, written } = open();
  const secrets = ['ink', 'ivt', 'iln'].map((kind) => `${kind}_this-is-a-key-pasted-by-mistake`);
  for (const secret of secrets) {
    trail.note(read('key_1', { question: `text "${secret}"`, parameters: `x=${secret}` }), 1_000);
    const error = { code: 'query_invalid', message: `what is ${secret}?` };
    trail.note(read('key_2', { action: 'permission.denied', question: secret, error }), 1_000);
  }
  trail.note(read('key_3', { question: 'action:ink_color' }), 1_000);
  await trail.flush(Number.POSITIVE_INFINITY);
  const text = JSON.stringify(written);
  expect(text).not.toContain('pasted');
  expect(text).toMatch(/text \\"ink_\[sha256:[0-9a-f]{16}\]/);
  expect(text).toContain('action:ink_color');
});

test('who comes by a token is never taken for the person of the same id', async () => {
  const { trail, written } = open();
  const pat = { id: 'usr_pat', tenant: 'org_acme', credentials: [] };
  const person = byPrincipal({ ...pat, kind: 'person', grants: ['owner'], session: 'session_1' });
  const viewer = byPrincipal({ ...pat, kind: 'viewer', grants: ['viewer'], session: 'vt_1' });
  for (const [by, question] of [
    [person, 'outcome:success'],
    [viewer, 'framedword'],
  ] as const)
    trail.note({ ...read('x'), by, question }, 1_000);
  await trail.flush(Number.POSITIVE_INFINITY);
  expect(written.map(({ event }) => event)).toMatchObject([
    { attribution: 'verified', context: { sessionId: 'session_1' }, metadata: { asked: [{ question: 'outcome:success' }] } },
    {
      attribution: 'asserted',
      context: { sessionId: 'vt_1', authMethod: 'viewer_token' },
      metadata: { asked: [{ question: 'framedword' }] },
    },
  ]);
});

test('one tenant never takes the names of the readers of another', async () => {
  let isAway = true;
  const { trail, written } = open({
    entriesMax: 100,
    self: async (tenant, events) => {
      if (isAway && tenant === 'org_evil') throw new Error('away');
      for (const event of events) written.push({ tenant, event });
    },
  });
  // Neither with what is open nor with what its log does not take.
  for (let round = 0; round < 20; round++) {
    for (let at = 0; at < 500; at++) trail.note(read(`key_${round}_${at}`, { tenant: 'org_evil' }), 1_000);
    await trail.flush(Number.POSITIVE_INFINITY).catch(() => undefined);
  }
  trail.note(read('key_acme'), 1_000);
  isAway = false;
  await trail.flush(Number.POSITIVE_INFINITY);
  expect(written.filter(({ tenant }) => tenant === 'org_acme')).toMatchObject([{ event: { actor: { id: 'key_acme' } } }]);
  expect(counts(written).reduce((sum, count) => sum + count, 0)).toBe(10_001);
  trail.note(read('key_late', { tenant: 'org_evil' }), 1_000);
  await trail.flush(Number.POSITIVE_INFINITY);
  expect(written.at(-1)).toMatchObject({ tenant: 'org_evil', event: { actor: { id: 'key_late' } } });
});

test('an event of the longest questions can be stored', async () => {
  const { trail, written } = open();
  for (let at = 0; at < 20; at++)
    trail.note(read('key_1', { question: `${at}${'\u{1f4a9}'.repeat(8_000)}`, parameters: `${at}${'\u4e00'.repeat(8_000)}` }), 1_000);
  await trail.stop();
  expect(counts(written)).toEqual([20]);
});

test('memory is bounded, and nothing goes uncounted', async () => {
  const { trail, written } = open({ entriesMax: 50 });
  for (let at = 0; at < 5_000; at++) trail.note(read(`key_${at}`, { tenant: `org_${at % 500}`, question: `${at}` }), 1_000);
  expect(trail.size).toBeLessThanOrEqual(101);
  await trail.flush(Number.POSITIVE_INFINITY);
  expect(counts(written).reduce((sum, count) => sum + count, 0)).toBe(5_000);
  expect(written.some(({ event }) => event.actor.type === 'unknown')).toBe(true);
  expect(trail.size).toBe(0);
});

test('whom nobody knows has few events, however many addresses they have', async () => {
  const { trail, written } = open();
  for (let at = 0; at < 3_000; at++) {
    const by = { actor: { type: 'anonymous' }, attribution: 'none', context: { ip: `10.0.${at >> 8}.${at & 255}` } } as const;
    trail.note(read('', { tenant: '_operator', action: 'auth.denied', by, error: { code: 'unauthorized', message: 'no' } }), 1_000);
  }
  trail.note(read('key_1'), 1_000);
  expect(trail.size).toBe(102);
  await trail.flush(1_000 + READS_FOLDED_MS);
  expect(counts(written).reduce((sum, count) => sum + count, 0)).toBe(3_001);
  expect(trail.size).toBe(0);
});

test('what cannot be written is kept, and keeps its id', async () => {
  const ids: (string | undefined)[] = [];
  let isAway = true;
  const { trail } = open({
    self: async (_, events) => {
      ids.push(...events.map(({ id }) => id));
      if (isAway) throw new Error('away');
    },
  });
  trail.note(read('key_1'), 1_000);
  await expect(trail.flush(Number.POSITIVE_INFINITY)).rejects.toThrow('away');
  await expect(trail.flush(Number.POSITIVE_INFINITY)).rejects.toThrow('away');
  isAway = false;
  await trail.stop();
  expect(ids).toHaveLength(3);
  expect(new Set(ids).size).toBe(1);
  expect(trail.size).toBe(0);
});

test('one tenant whose log cannot be written holds no other up', async () => {
  const tenants: string[] = [];
  const { trail } = open({
    self: async (tenant) => {
      if (tenant === 'org_acme') throw new Error('away');
      tenants.push(tenant);
    },
  });
  for (const tenant of ['org_acme', 'org_b', 'org_c']) trail.note(read('key_1', { tenant }), 1_000);
  await expect(trail.flush(Number.POSITIVE_INFINITY)).rejects.toThrow('away');
  expect(tenants.toSorted()).toEqual(['org_b', 'org_c']);
  expect(trail.size).toBe(1);
});

test('reading makes no log: of a tenant without one it is the operator who is told', async () => {
  const { trail, written } = open();
  trail.note(read('key_1', { tenant: 'org_new' }), 1_000);
  await trail.stop();
  expect(written).toMatchObject([{ tenant: '_operator', event: { metadata: { tenant: 'org_new' } } }]);
  expect(written[0]?.event).not.toHaveProperty('resource');
});

test('whatever is asked, by whomever, the event can be stored', async () => {
  const anything = fc.string({ unit: 'binary', maxLength: 2_000 });
  await fc.assert(
    fc.asyncProperty(anything, anything, anything, anything, async (id, name, question, message) => {
      const { trail, written } = open();
      const by = byPrincipal({ kind: 'person', id: `u${id}`, name, email: name, grants: [], credentials: [] });
      trail.note({ ...read('x'), by, question, error: { code: 'forbidden', message } }, 1_000);
      await trail.stop();
      expect(counts(written)).toEqual([1]);
    }),
  );
});

test('what is named of questions is bounded, and the rest counted', async () => {
  const { trail, written } = open();
  const letters = 'x'.repeat(ACCESS_QUESTION_CHARS_MAX - 20);
  const entries = Math.ceil(ACCESS_CHARS_MAX / (ACCESS_QUESTION_CHARS_MAX * 20)) + 100;
  for (let reader = 0; reader < entries; reader++)
    for (let at = 0; at < 20; at++)
      trail.note(read(`key_${reader}`, { tenant: `org_${reader % 100}`, question: `${letters}${at}` }), 1_000);
  await trail.flush(Number.POSITIVE_INFINITY);
  const named = written.map(({ event }) => JSON.stringify(event.metadata?.['asked']).length).reduce((sum, length) => sum + length, 0);
  expect(named).toBeLessThan(ACCESS_CHARS_MAX * 1.1);
  expect(counts(written).reduce((sum, count) => sum + count, 0)).toBe(entries * 20);
  expect(written.filter(({ event }) => event.metadata?.['further'] !== undefined).length).toBeGreaterThan(0);
  // And then there is room again.
  trail.note(read('key_1', { question: 'actor:usr_maria' }), 2_000);
  await trail.flush(Number.POSITIVE_INFINITY);
  expect(written.at(-1)?.event.metadata?.['asked']).toEqual([{ operation: 'listEvents', question: 'actor:usr_maria', times: 1 }]);
});

test('very many are written in parts, and those that were written are not written again', async () => {
  const sizes: number[] = [];
  let fails = true;
  const { trail } = open({
    entriesMax: 100_000,
    self: async (_, events) => {
      if (sizes.length === 1 && fails) throw new Error('the store is away');
      sizes.push(events.length);
    },
  });
  for (let reader = 0; reader < COMMIT_EVENTS_MAX * 2 + 1; reader++) trail.note(read(`key_${reader}`), 1_000);
  await expect(trail.flush(Number.POSITIVE_INFINITY)).rejects.toThrow('away');
  expect(trail.size).toBe(COMMIT_EVENTS_MAX + 1);
  fails = false;
  await trail.flush(Number.POSITIVE_INFINITY);
  expect(sizes).toEqual([COMMIT_EVENTS_MAX, COMMIT_EVENTS_MAX, 1]);
});
