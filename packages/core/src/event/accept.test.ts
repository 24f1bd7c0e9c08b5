import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { Failure } from '../errors.ts';
import { acceptEvent, type AcceptOptions } from './accept.ts';
import { makeNewId, UUID } from './id.ts';
import { parseJson } from './raw-json.ts';
import { makeRedaction } from './redact.ts';
import { eventInput, type EventInput } from './schema.ts';

const NOW_MS = Date.parse('2026-11-22T20:00:00.000Z');
const OPTIONS: AcceptOptions = {
  nowMs: NOW_MS,
  redaction: makeRedaction(),
  newId: makeNewId(),
  sourceKind: 'api',
  attribution: 'asserted',
  tenant: 'org_acme',
};
const LEAST: EventInput = { action: 'bot.updated', actor: { id: 'usr_1' } };

function failureOf(value: unknown, options = OPTIONS): Failure {
  try {
    acceptEvent(value, options);
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error('accepted');
}

const behalf = (depth: number): object => (depth === 0 ? { id: 'u' } : { id: 'u', onBehalfOf: behalf(depth - 1) });
const nested = (depth: number): unknown => (depth === 0 ? 1 : { a: nested(depth - 1) });

test('the least event gets its defaults from the catalogue', () => {
  expect(acceptEvent(LEAST, OPTIONS)).toStrictEqual({
    id: expect.stringMatching(UUID) as string,
    idFromSender: false,
    action: 'bot.updated',
    category: 'resource',
    operation: 'update',
    outcome: 'success',
    severity: 'info',
    actor: { type: 'user', id: 'usr_1', attribution: 'asserted' },
    source: { kind: 'api' },
  });
});

test('a whole event comes through, in the forms of the log', () => {
  const body = {
    id: '0197F0C2-6A52-7C1E-9B1A-5F2D3C4B5A69',
    tenant: 'org_acme',
    action: 'auth.login.failed',
    severity: 'critical',
    error: { code: 'bad_password' },
    occurredAt: '2026-11-22T21:00:00.1239+01:00',
    actor: { type: 'agent', id: 'a', name: 'A', email: 'a@b.test', onBehalfOf: { id: 'usr_joe' } },
    resource: { type: 'user', id: 'u', name: 'U' },
    related: [{ relation: 'owner', type: 'team', id: 't' }],
    change: { before: { a: 1 }, after: { a: 2 }, unavailable: [{ field: 'b', reason: 'TOAST' }] },
    context: { ip: '::FFFF:203.0.113.77', location: { country: 'PT' }, reason: 'why' },
    source: { name: 'mine', position: '1', transaction: '2' },
    metadata: { plan: 'pro' },
    tags: ['x', 'y', 'x'],
  };
  expect(acceptEvent(body, { ...OPTIONS, sourceName: 'key 1' })).toStrictEqual({
    id: '0197f0c2-6a52-7c1e-9b1a-5f2d3c4b5a69',
    idFromSender: true,
    action: 'auth.login.failed',
    category: 'authentication',
    operation: 'execute',
    outcome: 'failure',
    severity: 'critical',
    error: { code: 'bad_password' },
    occurredAt: '2026-11-22T20:00:00.123Z',
    actor: { type: 'agent', id: 'a', name: 'A', email: 'a@b.test', onBehalfOf: { type: 'user', id: 'usr_joe' }, attribution: 'asserted' },
    resource: { type: 'user', id: 'u', name: 'U' },
    related: [{ relation: 'owner', type: 'team', id: 't' }],
    change: { before: { a: 1 }, after: { a: 2 }, fields: ['a'], unavailable: [{ field: 'b', reason: 'TOAST' }] },
    context: { ip: '203.0.113.77', location: { country: 'PT' }, reason: 'why' },
    source: { kind: 'api', name: 'key 1', position: '1', transaction: '2' },
    metadata: { plan: 'pro' },
    tags: ['x', 'y'],
    catalogueTags: ['pci:10.2.1.4', 'hipaa:164.308(a)(5)(ii)(C)', 'soc2:CC6.1'],
  });
  expect(body.id).toBe('0197F0C2-6A52-7C1E-9B1A-5F2D3C4B5A69');
});

test('empty lists and an error that says nothing leave no trace, for no section holds them', () => {
  const event = acceptEvent({ ...LEAST, related: [], tags: [], error: {}, change: { after: { a: 1 }, unavailable: [] } }, OPTIONS);
  expect(Object.keys(event)).not.toEqual(expect.arrayContaining(['related']));
  expect(event).not.toHaveProperty('tags');
  expect(event).not.toHaveProperty('error');
  expect(event.outcome).toBe('success');
  expect(event.change).toStrictEqual({ after: { a: 1 }, fields: ['a'] });
  expect(acceptEvent({ ...LEAST, error: { message: 'no' } }, OPTIONS).outcome).toBe('failure');
  expect(acceptEvent({ ...LEAST, error: { message: 'no' }, outcome: 'denied' }, OPTIONS).outcome).toBe('denied');
});

test('a changed secret shows as changed, an equal one does not, and neither is kept', () => {
  const before = { password: { hash: 'one' }, apiKey: 'same', items: [{ token: 'a' }] };
  const after = { password: { hash: 'two' }, apiKey: 'same', items: [{ token: 'b' }] };
  const { change, metadata } = acceptEvent({ ...LEAST, change: { before, after }, metadata: { deep: [{ secret: 'x' }] } }, OPTIONS);
  expect(change?.fields).toEqual(['items/0/token', 'password']);
  expect(change?.before).toEqual({
    password: { redacted: 'password' },
    apiKey: { redacted: 'api_key' },
    items: [{ token: { redacted: 'token' } }],
  });
  expect(change?.after).toEqual(change?.before);
  expect(metadata).toEqual({ deep: [{ secret: { redacted: 'secret' } }] });
});

test.each<[string, unknown, string, string]>([
  ['no object', 'text', '', 'an object'],
  ['no action', { actor: { id: 'u' } }, '/action', 'a text'],
  ['no actor', { action: 'a.b' }, '/actor', 'an object'],
  ['an action of one part', { ...LEAST, action: 'updated' }, '/action', 'a dotted name'],
  ['an action in capitals', { ...LEAST, action: 'Bot.updated' }, '/action', 'a dotted name'],
  ['an action of seven parts', { ...LEAST, action: 'a.b.c.d.e.f.g' }, '/action', 'a dotted name'],
  ['a long action', { ...LEAST, action: `a.${'b'.repeat(300)}` }, '/action', 'at most 256 characters'],
  ['an unknown key', { ...LEAST, acton: 1 }, '/acton', 'only known keys'],
  ['an unknown key in the context', { ...LEAST, context: { 'user/agent': 'x' } }, '/context/user~1agent', 'only known keys'],
  ['recordedAt', { ...LEAST, recordedAt: '2026-01-01T00:00:00Z' }, '/recordedAt', 'the server sets it'],
  ['attribution', { ...LEAST, actor: { id: 'u', attribution: 'verified' } }, '/actor/attribution', 'the server sets it'],
  ['source.kind', { ...LEAST, source: { kind: 'self' } }, '/source/kind', 'the server sets it'],
  ['change.fields', { ...LEAST, change: { after: {}, fields: [] } }, '/change/fields', 'the server derives them'],
  ['a change of nothing', { ...LEAST, change: {} }, '/change', 'before, after or both'],
  ['another category', { ...LEAST, category: 'other' }, '/category', 'one of resource, authentication'],
  ['a user without id', { ...LEAST, actor: { type: 'user', name: 'x' } }, '/actor/id', 'an id, unless'],
  ['an actor without anything', { ...LEAST, actor: {} }, '/actor/id', 'an id, unless'],
  ['five parties behind the actor', { ...LEAST, actor: behalf(5) }, `/actor${'/onBehalfOf'.repeat(5)}`, 'at most 4 parties'],
  ['the nil UUID', { ...LEAST, id: '00000000-0000-0000-0000-000000000000' }, '/id', 'a UUID'],
  ['the max UUID', { ...LEAST, id: 'ffffffff-ffff-ffff-ffff-ffffffffffff' }, '/id', 'a UUID'],
  ['a date that is none', { ...LEAST, occurredAt: '2026-02-30T00:00:00Z' }, '/occurredAt', 'a time of RFC 3339'],
  ['a time without offset', { ...LEAST, occurredAt: '2026-02-20T00:00:00' }, '/occurredAt', 'a time of RFC 3339'],
  ['an address with a zone', { ...LEAST, context: { ip: 'fe80::1%eth0' } }, '/context/ip', 'an IPv4 or IPv6 address'],
  ['a network', { ...LEAST, context: { ip: '10.0.0.0/8' } }, '/context/ip', 'an IPv4 or IPv6 address'],
  ['an empty id', { ...LEAST, resource: { type: 'bot', id: '' } }, '/resource/id', 'at least 1 character'],
  ['a long id', { ...LEAST, actor: { id: 'x'.repeat(257) } }, '/actor/id', 'at most 256 characters'],
  ['a type with a hyphen', { ...LEAST, related: [{ type: 'ok' }, { type: 'not-ok' }] }, '/related/1/type', 'a name of a to z'],
  ['51 related', { ...LEAST, related: Array.from({ length: 51 }, () => ({ type: 'x' })) }, '/related', 'at most 50 items'],
  ['65 tags', { ...LEAST, tags: Array.from({ length: 65 }, (_, index) => `t${index}`) }, '/tags', 'at most 64 items'],
  ['metadata that is a list', { ...LEAST, metadata: [1] }, '/metadata', 'an object'],
  ['null for nothing', { ...LEAST, resource: null }, '/resource', 'an object'],
  ['U+0000 in a value', { ...LEAST, metadata: { a: ['x\0'] } }, '/metadata/a/0', 'without U+0000'],
  ['U+0000 in a key', { ...LEAST, change: { after: { 'k\0': 1 } } }, '/change/after/k\0', 'without U+0000'],
  ['half a surrogate pair', { ...LEAST, metadata: { a: '\ud800' } }, '/metadata/a', 'whole characters'],
  ['level 33', { ...LEAST, metadata: nested(32) }, `/metadata${'/a'.repeat(31)}`, 'at most 32 levels'],
  ['what is not JSON', { ...LEAST, metadata: { at: new Date() } }, '/metadata/at', 'JSON'],
  ['undefined', { ...LEAST, resource: undefined }, '/resource', 'JSON'],
  ['not a number', { ...LEAST, metadata: { a: Number.NaN } }, '/metadata/a', 'a finite number'],
])('refuses %s', (_, value, pointer, expected) => {
  const failure = failureOf(value);
  expect(failure.code).toBe('event_invalid');
  expect(failure.details.pointer).toBe(pointer);
  expect(failure.details.expected).toContain(expected);
  expect(failure.details.received).toBeTruthy();
  expect(failure.message).toContain(expected);
});

test('a key __proto__ is refused where keys are known, and carried where they are free', () => {
  for (const [text, pointer] of [
    ['{"__proto__":{"tenant":"x"},"action":"a.b","actor":{"id":"u"}}', '/__proto__'],
    ['{"action":"a.b","actor":{"id":"u","__proto__":{"type":"system"}}}', '/actor/__proto__'],
    ['{"action":"a.b","actor":{"id":"u"},"context":{"__proto__":null}}', '/context/__proto__'],
  ] as const) {
    expect(failureOf(parseJson(text)).details.pointer).toBe(pointer);
  }
  const free = '{"__proto__":{"a":1},"password":"p"}';
  const event = acceptEvent(parseJson(`{"action":"a.b","actor":{"id":"u"},"metadata":${free},"change":{"after":${free}}}`), OPTIONS);
  const kept = '{"__proto__":{"a":1},"password":{"redacted":"password"}}';
  expect(JSON.stringify(event.metadata)).toBe(kept);
  expect(JSON.stringify(event.change?.after)).toBe(kept);
  expect(event.change?.fields).toEqual(['__proto__/a', 'password']);
});

test('what is at the limit is accepted', () => {
  const at = {
    ...LEAST,
    action: 'a.b.c.d.e.f',
    actor: behalf(4),
    metadata: nested(31),
    related: Array.from({ length: 50 }, () => ({ type: 'x'.repeat(64), id: 'i'.repeat(256) })),
  };
  expect(acceptEvent(at, OPTIONS).related).toHaveLength(50);
  for (const type of ['anonymous', 'system', 'unknown'] as const)
    expect(acceptEvent({ ...LEAST, actor: { type } }, OPTIONS).actor.type).toBe(type);
  for (const ip of ['::1', '2001:DB8::1', '203.0.113.77', '::ffff:1.2.3.4'])
    expect(acceptEvent({ ...LEAST, context: { ip } }, OPTIONS).context?.ip).toBeTruthy();
});

test('all faults are listed, at most twenty of them', () => {
  const { message, details } = failureOf({ action: 'X', actor: { type: 'nobody' }, wrong: 1 });
  expect(details.faults?.map((fault) => fault.pointer)).toEqual(['/action', '/actor/type', '/wrong']);
  expect(message).toMatch(/^action: expected a dotted name.*got "X" \(and 2 more\)$/);
  const many = failureOf({ ...LEAST, related: Array.from({ length: 50 }, () => ({ kind: 'x' })) });
  expect(many.details.faults).toHaveLength(20);
});

test('five minutes ahead is the most; the past has no end', () => {
  const at = (ms: number): string => new Date(ms).toISOString();
  expect(acceptEvent({ ...LEAST, occurredAt: at(NOW_MS + 300_000) }, OPTIONS).occurredAt).toBe(at(NOW_MS + 300_000));
  expect(failureOf({ ...LEAST, occurredAt: at(NOW_MS + 300_001) })).toMatchObject({
    code: 'event_in_future',
    details: { pointer: '/occurredAt' },
  });
  expect(acceptEvent({ ...LEAST, occurredAt: '1907-01-01T00:00:00Z' }, OPTIONS).occurredAt).toBe('1907-01-01T00:00:00.000Z');
});

test('an event that names another tenant than the request is refused', () => {
  expect(failureOf({ ...LEAST, tenant: 'org_other' })).toMatchObject({
    code: 'tenant_mismatch',
    details: { pointer: '/tenant', expected: 'org_acme' },
  });
  const { tenant: _, ...without } = OPTIONS;
  expect(failureOf({ ...LEAST, tenant: 'org_acme' }, without).code).toBe('tenant_mismatch');
});

test('the schema can be written as JSON Schema, for the OpenAPI document', () => {
  const schema = z.toJSONSchema(eventInput, { io: 'input' });
  expect(schema).toMatchObject({
    type: 'object',
    required: ['action', 'actor'],
    additionalProperties: false,
    properties: { metadata: { type: 'object' }, occurredAt: { format: 'date-time' } },
  });
});

test('nothing but a Failure is ever thrown, whatever JSON comes', () => {
  const keys = fc.constantFrom(
    ...Object.keys(eventInput.shape),
    'before',
    'after',
    'ip',
    'type',
    'onBehalfOf',
    '__proto__',
    'constructor',
    'fields',
  );
  const odd = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.jsonValue(),
      fc.constantFrom('a.b', 'user', 'u'),
      fc.dictionary(keys, tie('value'), { noNullPrototype: false }),
    ),
  })).value;
  const near = fc.dictionary(keys, odd).map((extra) => ({ ...LEAST, ...extra }));
  fc.assert(
    fc.property(fc.oneof(odd, near), (value) => {
      try {
        acceptEvent(value, OPTIONS);
      } catch (error) {
        expect(error).toBeInstanceOf(Failure);
      }
    }),
    { numRuns: 3_000 },
  );
});
