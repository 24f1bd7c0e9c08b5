import fc from 'fast-check';
import { expect, test } from 'vitest';
import { describe as sentenceOf, type Describable } from './describe.ts';
import type { Json, JsonObject } from './types.ts';

const actor = { type: 'user', id: 'usr_maria', name: 'Maria', attribution: 'verified' } as const;
const resource = { type: 'bot', id: 'bot_42', name: 'Support bot' };
const base: Describable = { action: 'bot.updated', operation: 'update', outcome: 'success', actor, resource };

function changed(before: JsonObject, after: JsonObject, fields: string[]): Describable {
  return { ...base, change: { before, after, fields } };
}

test.each<[string, Describable]>([
  ['Maria changed model of bot Support bot from small-1 to large-2', changed({ model: 'small-1' }, { model: 'large-2' }, ['model'])],
  ['Maria set color of bot Support bot to red', changed({}, { color: 'red' }, ['color'])],
  ['Maria removed color from bot Support bot, which was red', changed({ color: 'red' }, {}, ['color'])],
  ['Maria changed note of bot Support bot from "" to null', changed({ note: '' }, { note: null }, ['note'])],
  ['Maria changed limits of bot Support bot from [1] to {"max":2}', changed({ limits: [1] }, { limits: { max: 2 } }, ['limits'])],
  [
    'Maria changed password of bot Support bot',
    changed({ password: { redacted: 'password' } }, { password: { redacted: 'password' } }, ['password']),
  ],
  ['Maria changed a and b of bot Support bot', changed({ a: 1, b: 1 }, { a: 2, b: 2 }, ['a', 'b'])],
  ['Maria changed a, b and c of bot Support bot', changed({}, {}, ['a', 'b', 'c'])],
  ['Maria changed a, b and 3 more of bot Support bot', changed({}, {}, ['a', 'b', 'c', 'd', 'e'])],
  [
    'Maria changed model of bot Support bot from a to b',
    changed({ model: 'a', updated_at: '09:00' }, { model: 'b', updated_at: '10:00' }, ['model', 'updated_at']),
  ],
  ['Maria changed updatedAt of bot Support bot from 9 to 10', changed({ updatedAt: 9 }, { updatedAt: 10 }, ['updatedAt'])],
  ['Maria updated bot Support bot', base],
  [
    'Maria created bot Support bot',
    { ...base, action: 'bot.created', operation: 'create', change: { after: { name: 'x' }, fields: ['name'] } },
  ],
  ['Maria deleted bot bot_42', { ...base, action: 'bot.deleted', resource: { type: 'bot', id: 'bot_42' } }],
  ['Maria exported dataset', { ...base, action: 'dataset.exported', resource: undefined } as unknown as Describable],
  ['Maria logged in', { ...base, action: 'auth.login.succeeded' }],
  [
    'Maria failed to log in: wrong password',
    { ...base, action: 'auth.login.failed', outcome: 'failure', error: { message: 'wrong password' } },
  ],
  ['Maria failed to log in', { ...base, action: 'auth.login.failed', outcome: 'success' }],
  [
    'Maria turned off multi-factor authentication for user Joe',
    { ...base, action: 'auth.mfa.disabled', resource: { type: 'user', name: 'Joe' } },
  ],
  ['Maria was not allowed to delete bot Support bot', { ...base, action: 'bot.deleted', outcome: 'denied' }],
  [
    'Maria failed to change model of bot Support bot from a to b: quota',
    { ...changed({ model: 'a' }, { model: 'b' }, ['model']), outcome: 'failure', error: { code: 'quota' } },
  ],
  ['Maria removed member from team Blue', { ...base, action: 'team.member.removed', resource: { type: 'team', name: 'Blue' } }],
  ['Maria granted role to user Joe', { ...base, action: 'role.granted', resource: { type: 'user', name: 'Joe' } }],
  ['Maria revoked API key', { ...base, action: 'api_key.revoked', resource: { type: 'api_key' } }],
  ['Maria frobbed bot Support bot', { ...base, action: 'bot.frobbed' }],
  ['Maria did bot.self_test on bot Support bot', { ...base, action: 'bot.self_test' }],
  ['Maria was not allowed to do bot.frobbed on bot Support bot', { ...base, action: 'bot.frobbed', outcome: 'denied' }],
  [
    'Maria failed at payment on invoice 7',
    { ...base, action: 'payment.failed', outcome: 'failure', resource: { type: 'invoice', id: '7' } },
  ],
  [
    "Joe's assistant on behalf of Joe created bot Support bot",
    {
      ...base,
      action: 'bot.created',
      actor: {
        type: 'agent',
        id: 'a',
        name: "Joe's assistant",
        attribution: 'asserted',
        onBehalfOf: { type: 'user', id: 'u', name: 'Joe' },
      },
    },
  ],
  [
    'An agent on behalf of somebody anonymous viewed bot Support bot',
    { ...base, action: 'bot.viewed', actor: { type: 'agent', attribution: 'none', onBehalfOf: { type: 'anonymous' } } },
  ],
  ['Somebody unknown deleted bot Support bot', { ...base, action: 'bot.deleted', actor: { type: 'unknown', attribution: 'none' } }],
  ['Somebody anonymous viewed bot Support bot', { ...base, action: 'bot.viewed', actor: { type: 'anonymous', attribution: 'none' } }],
  [
    'The system found a gap in the capture of source app-db',
    { action: 'capture.gap', actor: { type: 'system', attribution: 'verified' }, resource: { type: 'source', id: 'app-db' } },
  ],
  [
    'm@acme.test viewed bot Support bot',
    { ...base, action: 'bot.viewed', actor: { type: 'user', id: 'u', email: 'm@acme.test', attribution: 'none' } },
  ],
  [
    'm@acme.test viewed bot bot_42',
    { ...base, action: 'bot.viewed', actor: { ...actor, name: ' \n', email: 'm@acme.test' }, resource: { ...resource, name: '\t' } },
  ],
  ['Somebody unknown created bot', { action: 'bot.created' }],
])('%s', (text, event) => {
  expect(sentenceOf(event).text).toBe(text);
});

test('parts tell who, what was done, which field, to what, and the values', () => {
  expect(sentenceOf(changed({ model: 'small-1' }, { model: 'large-2' }, ['model'])).parts).toEqual([
    { text: 'Maria', role: 'actor' },
    { text: ' ', role: 'plain' },
    { text: 'changed', role: 'verb' },
    { text: ' ', role: 'plain' },
    { text: 'model', role: 'field' },
    { text: ' of ', role: 'plain' },
    { text: 'bot Support bot', role: 'resource' },
    { text: ' from ', role: 'plain' },
    { text: 'small-1', role: 'value' },
    { text: ' to ', role: 'plain' },
    { text: 'large-2', role: 'value' },
  ]);
});

test('long values are shortened between characters, and nothing can steer a terminal', () => {
  const { parts } = sentenceOf(changed({ bio: '😀'.repeat(200) }, { bio: `a\u001b[31m\nb\u202ec ${'x'.repeat(5_000)}` }, ['bio']));
  const values = parts.filter((part) => part.role === 'value').map((part) => part.text);
  for (const value of values) {
    expect(value.length).toBeLessThanOrEqual(60);
    expect(value.endsWith('…')).toBe(true);
    expect(value.isWellFormed()).toBe(true);
  }
  expect(values[1]).toMatch(/^a \[31m b c x+…$/);
});

test('there is a sentence for every event, made of its parts, on one line', () => {
  const text = fc.string({ unit: 'binary', maxLength: 100 });
  const events = fc.record(
    {
      action: fc.stringMatching(/^[a-z_]{1,8}(\.[a-z_]{1,8}){1,3}$/),
      outcome: fc.constantFrom('success', 'failure', 'denied'),
      operation: fc.constantFrom('update', 'create'),
      actor: fc.record({ type: fc.constantFrom('user', 'api_key', 'unknown'), name: text }, { requiredKeys: ['type'] }),
      resource: fc.record({ type: fc.constantFrom('bot', 'team'), name: text }, { requiredKeys: ['type'] }),
      change: fc.dictionary(text, fc.jsonValue() as fc.Arbitrary<Json>).map((after) => ({ after, fields: Object.keys(after) })),
    },
    { requiredKeys: ['action'] },
  );
  fc.assert(
    fc.property(events, (event) => {
      const { text: sentence, parts } = sentenceOf(event as unknown as Describable);
      expect(parts.map((part) => part.text).join('')).toBe(sentence);
      expect(sentence).not.toMatch(/[\p{Cc}]/u);
      expect(parts.filter((part) => part.role === 'actor' || part.role === 'verb').length).toBeGreaterThanOrEqual(2);
    }),
  );
});
