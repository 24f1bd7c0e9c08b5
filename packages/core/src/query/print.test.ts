import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Failure } from '../errors.ts';
import { QUERY_CHARS_MAX } from '../limits.ts';
import type { Bounds, GlobMatch, Match, Node, Query, Term, TextMatch, TextTerm, TimePoint } from './ast.ts';
import { formatAddress, maskAddress } from './address.ts';
import { FIELDS, type Field } from './fields.ts';
import { anyOf, allOf, listOf, negate } from './group.ts';
import { parse } from './parse.ts';
import { print } from './print.ts';
import { textMatches } from './text-match.ts';
import { mannerOf, readTime, resolveTime } from './time.ts';

const awkward = fc.constantFrom(
  '"',
  '\\',
  '*',
  '(',
  ')',
  ' ',
  '\n',
  '\u00a0',
  '.',
  '..',
  '<',
  '>',
  '=',
  ':',
  '-',
  '/',
  'OR',
  'not',
  'é',
  '\u{1f600}',
);
const unit = fc.oneof(
  awkward,
  fc.constantFrom('a', 'b', '1'),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }).filter((char) => char !== '\0' && char.isWellFormed()),
);
const text = fc.string({ unit, maxLength: 8 });
const filled = fc.string({ unit, minLength: 1, maxLength: 8 });

const globOf = (end: fc.Arbitrary<string>, inner: fc.Arbitrary<string>): fc.Arbitrary<GlobMatch> =>
  fc.tuple(end, fc.array(inner, { maxLength: 3 }), end).map(([first, middle, last]) => ({ kind: 'glob', parts: [first, ...middle, last] }));
const equalsOf = (value: fc.Arbitrary<string>): fc.Arbitrary<TextMatch> => value.map((value) => ({ kind: 'equals', value }));

const noSlash = (arbitrary: fc.Arbitrary<string>) => arbitrary.map((value) => value.replaceAll('/', '_'));

function boundsOf<Value>(value: fc.Arbitrary<Value>, isValid: (bounds: Bounds<Value>) => boolean): fc.Arbitrary<Bounds<Value>> {
  const bound = fc.record({ value, inclusive: fc.boolean() });
  const included = value.map((value) => ({ value, inclusive: true as const }));
  return fc.oneof(
    fc.record({ from: bound }),
    fc.record({ to: bound }),
    fc.record({ from: included, to: included }).filter(isValid),
    included.map((both) => ({ from: both, to: both })),
  );
}

const timePoint: fc.Arbitrary<TimePoint> = fc.oneof(
  fc.record({
    kind: fc.constant('ago' as const),
    amount: fc.nat(5_000),
    unit: fc.constantFrom('s' as const, 'm' as const, 'h' as const, 'd' as const, 'w' as const),
  }),
  fc.constantFrom({ kind: 'now' as const }, { kind: 'today' as const }, { kind: 'yesterday' as const }),
  fc
    .tuple(
      fc.date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true }),
      fc.constantFrom(4, 7, 10, 16, 19, 24),
    )
    .map(([date, length]) => readTime(date.toISOString().slice(0, length), 0)),
);

function isForward({ from, to }: Bounds<TimePoint>): boolean {
  if (from === undefined || to === undefined || mannerOf(from.value) !== mannerOf(to.value)) return true;
  const { fromMs = 0, toMs = 0 } = resolveTime({ from: { ...from, inclusive: true }, to: { ...to, inclusive: true } }, 0);
  return fromMs < toMs;
}

const network = fc.oneof(fc.uint8Array({ minLength: 4, maxLength: 4 }), fc.uint8Array({ minLength: 16, maxLength: 16 })).chain((bytes) =>
  fc.nat(bytes.length * 8).map((prefix): Match => {
    const whole = prefix === bytes.length * 8;
    const address = formatAddress(maskAddress([...bytes], prefix));
    return whole ? { kind: 'address', address } : { kind: 'address', address, prefix };
  }),
);

/** Steps that a name can hold: it ends at a space, a quote, a parenthesis or a colon. */
const step = fc.string({ unit: fc.constantFrom('a', 'B', '1', '_', '-', '.', '/', '~', 'é'), minLength: 1, maxLength: 4 });
const path = fc.array(step, { minLength: 1, maxLength: 3 });

/** A field that changed is named by a path, and no step of a path is empty. */
function hasSteps(match: TextMatch): boolean {
  const text = match.kind === 'equals' ? match.value : match.parts.join('*');
  return !text.split('/').includes('');
}

function matchOf(field: Field): fc.Arbitrary<Match> {
  switch (field.kind) {
    case 'text':
      return fc.oneof(equalsOf(text), globOf(text, filled));
    case 'enum': {
      const words = field.values ?? [];
      return fc.oneof(
        equalsOf(fc.constantFrom(...words)),
        globOf(text, filled).filter((glob) => words.some((word) => textMatches(glob, word))),
        fc.constant({ kind: 'glob' as const, parts: ['', ''] }),
      );
    }
    case 'uuid':
      return equalsOf(fc.uuid());
    case 'path': {
      const type = fc.oneof(equalsOf(noSlash(filled)), globOf(noSlash(text), noSlash(filled)));
      const id = fc.oneof(equalsOf(filled), globOf(text, filled));
      return fc.oneof(
        fc.record({ kind: fc.constant('resource' as const), type }),
        fc.record({ kind: fc.constant('resource' as const), type, id }),
      );
    }
    case 'address':
      return network;
    case 'time':
      return boundsOf(timePoint, isForward).map((bounds): Match => ({ kind: 'time', ...bounds }));
    case 'integer':
      return boundsOf(fc.maxSafeNat(), ({ from, to }) => (from?.value ?? 0) <= (to?.value ?? 0)).map((bounds): Match => ({
        kind: 'range',
        ...bounds,
      }));
    case 'changed':
      return fc.oneof(equalsOf(filled), globOf(text, filled)).filter(hasSteps);
    case 'value':
      return fc.oneof(
        equalsOf(text),
        globOf(text, filled),
        boundsOf(
          fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (value === 0 ? 0 : value)),
          ({ from, to }) => (from?.value ?? 0) <= (to?.value ?? 0),
        ).map((bounds): Match => ({ kind: 'range', ...bounds })),
      );
    case 'has':
      return fc
        .constantFrom(...FIELDS.filter(({ name }) => name !== 'has'))
        .chain(({ name, paths }) =>
          paths === true
            ? path.map((path): Match => ({ kind: 'has', field: name, path }))
            : fc.constant<Match>({ kind: 'has', field: name }),
        );
  }
}

const term: fc.Arbitrary<Term> = fc.constantFrom(...FIELDS).chain((field) => {
  const plain = { kind: fc.constant('field' as const), field: fc.constant(field.name), negated: fc.boolean(), match: matchOf(field) };
  return field.paths === true ? fc.record({ ...plain, path }) : fc.record(plain);
});
const words: fc.Arbitrary<TextTerm> = fc.record({
  kind: fc.constant('text' as const),
  words: fc.array(fc.constantFrom('or', 'and', 'gpt', '4o', 'über', 'a_b', '日本'), { minLength: 1, maxLength: 3 }),
  prefix: fc.boolean(),
  negated: fc.boolean(),
});
const { node } = fc.letrec<{ node: Node }>((tie) => ({
  node: fc.oneof(
    { depthSize: 'small' },
    term,
    words,
    fc
      .tuple(fc.constantFrom(anyOf, allOf), fc.array(tie('node'), { minLength: 1, maxLength: 3 }), fc.boolean())
      .map(([group, nodes, negated]) => (negated ? negate(group(nodes)) : group(nodes))),
  ),
}));
const query: fc.Arbitrary<Query> = fc.array(node, { maxLength: 5 }).map((nodes) => ({ terms: listOf(nodes) }));

test('parse(print(query)) is the query, and printing it again gives the same text', () => {
  fc.assert(
    fc.property(query, (query) => {
      const printed = print(query);
      const again = parse(printed);
      expect(again).toEqual(query);
      expect(print(again)).toBe(printed);
    }),
    { numRuns: 3_000 },
  );
});

test.each([
  ['  actor:"maria"   -outcome:"success" ', 'actor:maria -outcome:success'],
  ['actor:"Maria S"**', 'actor:"Maria S"*'],
  ['seq:5..5', 'seq:5'],
  ['seq:5..', 'seq:>=5'],
  ['at:>=-24h', 'at:-24h'],
  ['at:-24h..-24h', 'at:-24h..-24h'],
  ['at:2026-11..2026-11', 'at:2026-11'],
  ['at:2026-11-01T10:00:00+02:00', 'at:2026-11-01T08:00:00Z'],
  ['ip:2001:DB8::0/32', 'ip:2001:db8::/32'],
  ['resource:"bot"/"b 1"', 'resource:bot/"b 1"'],
  ['action:(bot.* OR dataset.*)', 'action:(bot.* OR dataset.*)'],
  ['tag:(a OR (b c) OR "d e")', 'tag:(a OR b c OR "d e")'],
  ['-tag:(a b)', '-tag:(a b)'],
  ['actor:OR OR actor:b', '(actor:OR OR actor:b)'],
  ['a b OR c', '(a b OR c)'],
  ['-(a (b OR c))', '-(a (b OR c))'],
  ['"Free, Text"*', '"free text"*'],
  ['after./config/max:5', 'after.config.max:5'],
  ['after./a.b:>1.50', 'after./a.b:>1.5'],
  ['at:2026-11-01T10:00', 'at:2026-11-01T10:00'],
  ['changed:config.limits', 'changed:config/limits'],
  ['changed:/config', 'changed:config'],
  ['changed:/a.b', 'changed:/a.b'],
  ['changed:/a.b.*', 'changed:/a.b.*'],
  ['changed:config.*', 'changed:config/*'],
  ['"or" x', '"or" x'],
  ['at:-1h..now', 'at:-1h..now'],
])('%s is printed as %s', (text, printed) => {
  expect(print(parse(text))).toBe(printed);
});

/** Reads a text; a refusal must be query_invalid with a position inside the text. */
function readOrRefuse(text: string): void {
  try {
    const query = parse(text);
    const printed = print(query);
    // Quotes around what was cleaned may make it a little longer than a query may be.
    if (printed.length <= QUERY_CHARS_MAX) expect(parse(printed)).toEqual(query);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    expect(error.code).toBe('query_invalid');
    expect(error.details.position).toBeGreaterThanOrEqual(0);
    expect(error.details.position).toBeLessThan(text.length);
    expect(Number.isInteger(error.details.position)).toBe(true);
  }
}

test('any text is read, or refused at a position inside it', () => {
  const word = fc.oneof(
    fc.constantFrom(...FIELDS.map((field) => `${field.name}:`)),
    fc.constantFrom(
      '-',
      '"',
      '\\',
      '(',
      ')',
      ' ',
      '*',
      '..',
      '>',
      '>=',
      '<',
      '/',
      ':',
      '\0',
      '\ud800',
      ' OR ',
      'OR',
      'after.x:',
      'has:',
      'word',
      '1',
      '2026-11',
      '-24h',
      '::1',
      '10.0.0.0/8',
      'bot',
      'success',
      '""',
      '"a b"',
    ),
    fc.string({ maxLength: 4 }),
  );
  fc.assert(
    fc.property(
      fc.array(word, { maxLength: 12 }).map((words) => words.join('')),
      readOrRefuse,
    ),
    { numRuns: 10_000 },
  );
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 40 }), readOrRefuse), { numRuns: 2_000 });
});

test('hostile texts as long as allowed take no time', () => {
  const patterns = [
    'a',
    'a:',
    'actor:',
    'seq:1 ',
    '(',
    ')',
    '()',
    '"',
    '""',
    '"\\"',
    '-',
    '*',
    'a*',
    '..',
    ' ',
    '\u{1f600}',
    'a"b"',
    ':',
    '::1',
    '0',
    '1.',
    'actor:"a"',
    '\\',
  ];
  for (const prefix of ['', 'actor:', 'seq:', 'at:', 'ip:', 'resource:', 'related:*/', 'outcome:', 'id:', '"', '-', 'tag:(']) {
    for (const pattern of patterns) {
      const text = (prefix + pattern.repeat(QUERY_CHARS_MAX)).slice(0, QUERY_CHARS_MAX).toWellFormed();
      const begin = performance.now();
      readOrRefuse(text);
      // Quadratic work on 16 Ki characters would take some seconds on a busy machine; linear work a few milliseconds.
      expect(performance.now() - begin, `${prefix} and ${pattern}`).toBeLessThan(10_000);
    }
  }
  readOrRefuse('seq:1 '.repeat(10_000));
  readOrRefuse(`${'('.repeat(100)}actor:a${')'.repeat(100)}`);
  readOrRefuse(`${'('.repeat(5_000)}actor:a${')'.repeat(5_000)}`);
});
