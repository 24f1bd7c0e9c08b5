// Random events and queries over small vocabularies, so that they meet, with the characters that SQL, LIKE and JSON trip over.

import {
  type AuditEvent,
  ACTOR_TYPES,
  allOf,
  anyOf,
  CATEGORIES,
  type FieldName,
  FIELDS,
  listOf,
  type Match,
  matches,
  negate,
  type Node,
  OPERATIONS,
  OUTCOMES,
  parse,
  print,
  SEVERITIES,
  searchWords,
  type Term,
  type TextMatch,
  type TextTerm,
} from '@indelible/core';
import fc from 'fast-check';
import type { ModelEvent } from './trail.test.fixture.ts';

const ACTIONS = ['bot.updated', 'bot.created', 'do_c.read', 'doxc.read', 'auth.login.failed', 'role.granted'];
const TYPES = ['bot', 'dataset', 'do_c', 'doxc'];
const IDS = ['b_1', 'bx1', '50%', '50x', 'a\\b', 'bot/1', '*', '"q" \'s\' ; --', 'ünïcödé 😀'];
const NAMES = ['Maria', 'maria', 'Joe\tTab', 'a\\b', '\u2028'];
const ADDRESSES = ['203.0.113.77', '203.0.113.78', '10.0.0.1', '2001:db8::1', '2001:db8:1::2', '::ffff:203.0.113.77'];
const WORDS = [
  'Ticket "48"\nnext',
  '100%',
  'x_y',
  '["AAAAAAAAAAAAAAAAAAAAAA","behalf/1",{"id":"b_1"}]',
  'back\\slash',
  'x\nchange {"fields":["model"]}',
];
const STATE_TEXTS = ['small-1', 'large 2', '10', '9.50', 'true', '1e3', ...WORDS];
const CHANGED = ['model', 'config', 'config/limits', 'config/a~1b', 'list', 'list/0', 'con', '50%'];
const CHANGE_VALUES = [...STATE_TEXTS, 'null', 'false', '1.5', '1e-7', '1e+21', '-2', '0'];
const PATHS = [
  ['model'],
  ['config'],
  ['config', 'limits', 'max'],
  ['config', 'a/b'],
  ['list'],
  ['list', '0'],
  ['list', '-1'],
  ['list', '01'],
  ['0'],
  ['note'],
];
const TAGS = ['pci:10', 'pci:11', 'a,b', '{"x"}'];

const maybe = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> => fc.option(value, { nil: undefined, freq: 4 });
const pick = <Value>(values: readonly Value[]): fc.Arbitrary<Value> => fc.constantFrom(...values);

/** Without the keys whose value is undefined. */
function compact(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value)) as unknown;
}

const party = fc.record({
  type: pick(['user', 'agent', 'service']),
  id: pick(IDS),
  name: maybe(pick(NAMES)),
  email: maybe(pick(['maria@acme.test', 'joe@acme.test'])),
});
const behalf = fc.tuple(party, maybe(party)).map(([first, second]) => ({ ...first, onBehalfOf: second }));
const actor = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(party, maybe(behalf)).map(([who, onBehalfOf]) => ({ ...who, onBehalfOf })) },
  { weight: 1, arbitrary: pick([{ type: 'system' }, { type: 'anonymous', name: 'Maria' }]) },
);
const resource = fc.record({ type: pick(TYPES), id: maybe(pick(IDS)), name: maybe(pick(NAMES)) });
const context = fc.record({
  ip: maybe(pick(ADDRESSES)),
  location: maybe(fc.record({ country: maybe(pick(['PT', 'DE'])) })),
  sessionId: maybe(pick(IDS)),
  requestId: maybe(pick(IDS)),
  traceId: maybe(pick(IDS)),
  reason: maybe(pick(WORDS)),
});

const scalar = fc.oneof(pick<unknown>([null, true, false, 0, 1.5, -2, 10, 1e21, 1e-7]), pick(STATE_TEXTS));
const state = fc
  .record({
    model: maybe(scalar),
    config: maybe(fc.record({ limits: maybe(fc.record({ max: maybe(scalar) })), 'a/b': maybe(scalar) })),
    list: maybe(fc.array(scalar, { maxLength: 3 })),
    0: maybe(scalar),
    '-1': maybe(scalar),
  })
  .map((value) => compact(value) as object);

const body = fc.record({
  action: pick(ACTIONS),
  actor,
  category: maybe(pick(CATEGORIES)),
  operation: maybe(pick(OPERATIONS)),
  outcome: maybe(pick(OUTCOMES)),
  severity: maybe(pick(SEVERITIES)),
  resource: maybe(resource),
  related: maybe(
    fc.array(fc.record({ type: pick(TYPES), id: maybe(pick(IDS)), relation: maybe(pick(['part', 'type'])) }), { maxLength: 3 }),
  ),
  context: maybe(context),
  metadata: maybe(fc.oneof(fc.record({ note: pick(WORDS) }), state)),
  change: maybe(
    fc.record({ before: maybe(state), after: maybe(state) }).filter(({ before, after }) => before !== undefined || after !== undefined),
  ),
  tags: maybe(fc.array(pick(TAGS), { maxLength: 3 })),
  source: maybe(fc.record({ name: pick(['app-db', 'other', 'api']) })),
});

/** Input of an event recorded at a time: it happened then, a little later (a fast clock), or long before (imported). */
export function inputs(recordedMs: number): fc.Arbitrary<object> {
  const ages = fc.oneof(
    fc.constant(undefined),
    fc.integer({ min: -300_000, max: 0 }),
    fc.integer({ min: 0, max: 3_600_000 }),
    fc.integer({ min: 0, max: 250 * 86_400_000 }),
    pick([86_400_000, 60 * 86_400_000]),
  );
  return fc
    .tuple(body, ages)
    .map(
      ([value, age]) =>
        compact({ ...value, occurredAt: age === undefined ? undefined : new Date(recordedMs - age).toISOString() }) as object,
    );
}

function text(values: readonly string[]): fc.Arbitrary<TextMatch> {
  const equals = pick([...values, 'nobody']).map((value): TextMatch => ({ kind: 'equals', value }));
  const glob = fc.tuple(pick(values), fc.nat(6), fc.nat(6), fc.boolean()).map(([value, from, length, open]): TextMatch => {
    const points = Array.from(value);
    const middle = points.slice(from, from + length).join('');
    const parts = open || middle === '' ? ['', ...(middle === '' ? [] : [middle]), ''] : [points.slice(0, from).join(''), ''];
    return { kind: 'glob', parts };
  });
  return fc.oneof(equals, glob);
}

const VALUES: Partial<Record<FieldName, readonly string[]>> = {
  action: ACTIONS,
  category: CATEGORIES,
  operation: OPERATIONS,
  outcome: OUTCOMES,
  severity: SEVERITIES,
  actor: [...IDS, ...NAMES, 'maria@acme.test'],
  'actor.type': ACTOR_TYPES,
  onbehalfof: [...IDS, ...NAMES, 'joe@acme.test'],
  attribution: ['asserted', 'verified'],
  country: ['PT', 'DE'],
  reason: WORDS,
  source: ['api', 'self', 'app-db', 'other'],
  tag: [...TAGS, 'pci:10.2.4'],
};

function match(field: (typeof FIELDS)[number], baseMs: number): fc.Arbitrary<Match> {
  switch (field.kind) {
    case 'enum':
      return text(VALUES[field.name] ?? []).filter((value) => value.kind === 'glob' || value.value !== 'nobody');
    case 'text':
      return text(VALUES[field.name] ?? IDS);
    case 'uuid':
      return fc.uuid().map((value) => ({ kind: 'equals', value }));
    case 'path':
      return fc.tuple(text(TYPES), maybe(text(IDS))).map(([type, id]) => ({ kind: 'resource', type, ...(id === undefined ? {} : { id }) }));
    case 'address':
      return pick<Match>([
        ...ADDRESSES.map((address) => ({ kind: 'address', address }) as const),
        { kind: 'address', address: '203.0.113.0', prefix: 24 },
        { kind: 'address', address: '0.0.0.0', prefix: 0 },
        { kind: 'address', address: '2001:db8::', prefix: 32 },
      ]);
    case 'time':
      return fc
        .tuple(fc.integer({ min: 0, max: 260 * 86_400 }), fc.nat(100 * 86_400), fc.boolean(), fc.nat(3))
        .map(([back, span, inclusive, shape]): Match => {
          const instant = { kind: 'instant', ms: baseMs - back * 1_000 } as const;
          if (shape === 0) return { kind: 'time', from: { value: { kind: 'ago', amount: back, unit: 's' }, inclusive } };
          if (shape === 1) return { kind: 'time', to: { value: instant, inclusive } };
          if (shape === 2) return { kind: 'time', from: { value: instant, inclusive } };
          return {
            kind: 'time',
            from: { value: instant, inclusive: true },
            to: { value: { kind: 'instant', ms: instant.ms + span * 1_000 }, inclusive: true },
          };
        });
    case 'integer':
      return fc.tuple(fc.nat(400), fc.nat(200), fc.boolean(), fc.nat(2)).map(([from, span, inclusive, shape]): Match => {
        if (shape === 0) return { kind: 'range', from: { value: from, inclusive } };
        if (shape === 1) return { kind: 'range', to: { value: from, inclusive } };
        return { kind: 'range', from: { value: from, inclusive: true }, to: { value: from + span, inclusive: true } };
      });
    case 'changed':
      return text(CHANGED);
    case 'value':
      return fc.oneof(
        text(CHANGE_VALUES),
        fc.tuple(fc.integer({ min: -2, max: 20 }), fc.nat(10), fc.nat(2)).map(([from, span, shape]): Match => {
          if (shape === 0) return { kind: 'range', from: { value: from / 2, inclusive: false } };
          if (shape === 1) return { kind: 'range', to: { value: from / 2, inclusive: true } };
          return { kind: 'range', from: { value: from, inclusive: true }, to: { value: from + span, inclusive: true } };
        }),
      );
    case 'has':
      return pick(FIELDS.filter(({ name }) => name !== 'has')).chain(({ name, paths }) =>
        paths === true
          ? pick(PATHS).map((path): Match => ({ kind: 'has', field: name, path }))
          : fc.constant<Match>({ kind: 'has', field: name }),
      );
  }
}

/** A term on a field, with a path where the field has one. */
function termOf(field: (typeof FIELDS)[number], baseMs: number): fc.Arbitrary<Term> {
  const path = field.paths === true ? pick(PATHS) : fc.constant(undefined);
  return fc.tuple(match(field, baseMs), path, fc.boolean()).map(([found, steps, negated]) => ({
    kind: 'field',
    field: field.name,
    ...(steps === undefined ? {} : { path: steps }),
    negated,
    match: found,
  }));
}

const searched: fc.Arbitrary<TextTerm> = fc.record({
  kind: fc.constant('text' as const),
  words: fc.oneof(
    pick([...WORDS, ...NAMES, 'small-1'])
      .map(searchWords)
      .filter((words) => words.length > 0),
    fc.constant(['nothing']),
  ),
  prefix: fc.boolean(),
  negated: fc.boolean(),
});

/** Queries of one term, the same ones every time: many of each field, as they are and excluded. */
export function singleTerms(baseMs: number, runs: number): string[] {
  return FIELDS.flatMap((field) =>
    fc
      .sample(termOf(field, baseMs), { seed: 7, numRuns: runs * (field.kind === 'path' || field.kind === 'value' ? 20 : 7) })
      .flatMap((term) => [false, true].map((negated) => print({ terms: [{ ...term, negated }] }))),
  );
}

/** Queries as text, in their canonical form. */
export function queries(baseMs: number): fc.Arbitrary<string> {
  const term = pick(FIELDS).chain((field) => termOf(field, baseMs));
  const { node } = fc.letrec<{ node: Node }>((tie) => ({
    node: fc.oneof(
      { depthSize: 'small' },
      { arbitrary: term, weight: 6 },
      { arbitrary: searched, weight: 1 },
      {
        arbitrary: fc
          .tuple(pick([anyOf, allOf]), fc.array(tie('node'), { minLength: 1, maxLength: 3 }), fc.boolean())
          .map(([group, nodes, negated]) => (negated ? negate(group(nodes)) : group(nodes))),
        weight: 3,
      },
    ),
  }));
  return fc.array(node, { minLength: 0, maxLength: 3 }).map((nodes): string => print({ terms: listOf(nodes) }));
}

/** The right answer: the events that match, in order, after a place. */
export function expected(all: readonly ModelEvent[], q: string, order: 'asc' | 'desc', nowMs: number, after?: ModelEvent): ModelEvent[] {
  const query = parse(q);
  const sign = order === 'asc' ? 1 : -1;
  const compare = (a: ModelEvent, b: ModelEvent): number => sign * (occurredMs(a.event) - occurredMs(b.event) || a.seq - b.seq);
  return all
    .filter(({ event, seq }) => matches(query, event, { seq, nowMs }))
    .filter((item) => after === undefined || compare(item, after) > 0)
    .toSorted(compare);
}

function occurredMs(event: AuditEvent): number {
  return Date.parse(event.occurredAt);
}
