import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonical } from '../ledger/jcs.ts';
import { acceptEvent, type AcceptOptions } from './accept.ts';
import { makeRedaction } from './redact.ts';
import { fromSections, toSections } from './sections.ts';
import { ACTOR_TYPES, CATEGORIES, OPERATIONS, OUTCOMES, SEVERITIES, type AuditEvent, type NewEvent } from './types.ts';

const T = Date.parse('2026-11-22T20:00:00.140Z');
const ID = '0197f0c2-6a52-7c1e-9b1a-5f2d3c4b5a69';
const OPTIONS: AcceptOptions = { nowMs: T, redaction: makeRedaction(), newId: () => ID, sourceKind: 'api', attribution: 'asserted' };

const text = fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' });
const opt = <Value>(arbitrary: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> => fc.option(arbitrary, { nil: undefined });
const object = fc.dictionary(text, fc.jsonValue({ maxDepth: 3 }), { maxKeys: 4, noNullPrototype: true });
const typeName = fc.stringMatching(/^[a-z0-9_]{1,12}$/);
const resource = fc.record({ type: typeName, id: text, name: text }, { requiredKeys: ['type'], noNullPrototype: true });
const party: fc.Arbitrary<object> = fc.record(
  { type: fc.constantFrom(...ACTOR_TYPES), id: text, name: text, email: text },
  { requiredKeys: ['id'], noNullPrototype: true },
);
const chain = fc
  .array(party, { minLength: 1, maxLength: 5 })
  .map((parties) => parties.reduceRight((inner, outer) => ({ ...outer, onBehalfOf: inner })));

const inputs = fc
  .record({
    action: fc.stringMatching(/^[a-z]{1,6}\.[a-z]{1,6}$/),
    actor: chain,
    category: opt(fc.constantFrom(...CATEGORIES)),
    operation: opt(fc.constantFrom(...OPERATIONS)),
    outcome: opt(fc.constantFrom(...OUTCOMES)),
    severity: opt(fc.constantFrom(...SEVERITIES)),
    error: opt(fc.record({ code: text, message: text }, { requiredKeys: [], noNullPrototype: true })),
    resource: opt(resource),
    related: opt(fc.array(resource, { maxLength: 50 })),
    change: opt(fc.record({ before: object, after: object }, { requiredKeys: ['after'], noNullPrototype: true })),
    context: opt(fc.record({ ip: fc.ipV4(), route: text, reason: text }, { requiredKeys: [], noNullPrototype: true })),
    metadata: opt(object),
    tags: opt(fc.array(text, { maxLength: 5 })),
  })
  .map((record) => JSON.parse(JSON.stringify(record)) as object)
  .filter((record) => !/\\u0000|\\ud[89a-f]/i.test(JSON.stringify(record)));

/** The event that readers must see for one that was appended. */
function asRead(event: NewEvent, occurredAt: string): AuditEvent {
  const { idFromSender: _, catalogueTags = [], tags = [], ...rest } = event;
  const all = [...new Set([...catalogueTags, ...tags])];
  return { ...rest, tenant: 'org_acme', occurredAt, recordedAt: new Date(T).toISOString(), ...(all.length > 0 ? { tags: all } : {}) };
}

const join = (event: NewEvent, occurredAt: string, keep = (_name: string): boolean => true): AuditEvent =>
  fromSections(
    { id: event.id, tenant: 'org_acme', t: T },
    toSections(event, occurredAt)
      .filter((section) => keep(section.name))
      .map((section) => [section.name, section.value] as const),
  );

test('the sections of an event, joined again, are the event', () => {
  fc.assert(
    fc.property(inputs, (input) => {
      const event = acceptEvent(input, OPTIONS);
      const read = join(event, '2026-11-22T20:00:00.123Z');
      // In canonical form, which refuses undefined and does not stumble over keys like "constructor".
      expect(canonical(read)).toBe(canonical(asRead(event, '2026-11-22T20:00:00.123Z')));
    }),
    { numRuns: 500 },
  );
});

test('sections come in the order of their names, each once, and without undefined', () => {
  fc.assert(
    fc.property(inputs, (input) => {
      const sections = toSections(acceptEvent(input, OPTIONS), '2026-11-22T20:00:00.123Z');
      const names = sections.map((section) => section.name);
      expect(names).toEqual([...new Set(names)].sort());
      for (const section of sections) expect(canonical(section.value)).toMatch(/^\{/);
    }),
    { numRuns: 200 },
  );
});

const WHOLE = acceptEvent(
  {
    action: 'auth.login.failed',
    actor: { id: 'ACTOR', name: 'NAME', onBehalfOf: { id: 'B1', onBehalfOf: { id: 'B2' } } },
    error: { code: 'bad_password', message: 'PERSONAL' },
    resource: { type: 'user', id: 'RESOURCE' },
    related: Array.from({ length: 12 }, (_, index) => ({ type: 'bot', id: `R${index}` })),
    context: { ip: '203.0.113.77' },
    metadata: { plan: 'pro' },
    tags: ['mine'],
  },
  OPTIONS,
);

test('the core holds nothing personal', () => {
  const core = toSections(WHOLE, '2026-11-22T20:00:00.123Z').find((section) => section.name === 'core');
  expect(core?.value).toStrictEqual({
    action: 'auth.login.failed',
    actor: { type: 'user' },
    category: 'authentication',
    error: { code: 'bad_password' },
    occurredAt: '2026-11-22T20:00:00.123Z',
    operation: 'execute',
    outcome: 'failure',
    resource: { type: 'user' },
    severity: 'low',
    tags: ['pci:10.2.1.4', 'hipaa:164.308(a)(5)(ii)(C)', 'soc2:CC6.1'],
  });
});

test('what was erased is absent, what the core repeats remains, and nobody moves into the place of an erased party', () => {
  const left = join(WHOLE, '2026-11-22T20:00:00.123Z', (name) => ['core', 'source', 'behalf/2', 'related/2', 'related/10'].includes(name));
  expect(left).toMatchObject({
    action: 'auth.login.failed',
    actor: { type: 'user', onBehalfOf: { type: 'unknown', onBehalfOf: { id: 'B2' } } },
    resource: { type: 'user' },
    related: [{ id: 'R2' }, { id: 'R10' }],
    error: { code: 'bad_password' },
  });
  expect(JSON.stringify(left)).not.toMatch(/ACTOR|NAME|RESOURCE|PERSONAL|203|mine/);
  expect(left).not.toHaveProperty('context');
});
