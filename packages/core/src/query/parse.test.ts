import { expect, test } from 'vitest';
import { Failure } from '../errors.ts';
import { QUERY_CHARS_MAX, QUERY_DEPTH_MAX, QUERY_TERMS_MAX } from '../limits.ts';
import { FIELDS } from './fields.ts';
import { parse } from './parse.ts';

const UUID = '0197f0c2-6a52-7c1e-9b1a-5f2d3c4b5a69';

function match(text: string): unknown {
  const [term] = parse(text).terms;
  return term?.kind === 'field' ? term.match : undefined;
}

function failure(text: string): Failure {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error(`${text} was read`);
}

test('terms in their order, some of them excluded', () => {
  expect(parse('  actor:maria   -outcome:success ')).toEqual({
    terms: [
      { kind: 'field', field: 'actor', negated: false, match: { kind: 'equals', value: 'maria' } },
      { kind: 'field', field: 'outcome', negated: true, match: { kind: 'equals', value: 'success' } },
    ],
  });
  expect(parse('')).toEqual({ terms: [] });
  expect(parse(' \n\t ')).toEqual({ terms: [] });
});

test.each([
  ['actor:"Maria Silva"', { kind: 'equals', value: 'Maria Silva' }],
  ['actor:"a\\"b\\\\"', { kind: 'equals', value: 'a"b\\' }],
  ['actor:ACME\\maria', { kind: 'equals', value: 'ACME\\maria' }],
  ['actor:""', { kind: 'equals', value: '' }],
  ['actor:OR', { kind: 'equals', value: 'OR' }],
  ['tag:pci:10.2.1.2', { kind: 'equals', value: 'pci:10.2.1.2' }],
  ['action:bot.*', { kind: 'glob', parts: ['bot.', ''] }],
  ['actor:"Maria S"*', { kind: 'glob', parts: ['Maria S', ''] }],
  ['reason:"2*2"', { kind: 'equals', value: '2*2' }],
  ['reason:"a..b"', { kind: 'equals', value: 'a..b' }],
  ['outcome:*e*', { kind: 'glob', parts: ['', 'e', ''] }],
  [`id:${UUID.toUpperCase()}`, { kind: 'equals', value: UUID }],
  ['resource:bot', { kind: 'resource', type: { kind: 'equals', value: 'bot' } }],
  ['resource:bot/bot_42', { kind: 'resource', type: { kind: 'equals', value: 'bot' }, id: { kind: 'equals', value: 'bot_42' } }],
  ['resource:"file/a b/c"', { kind: 'resource', type: { kind: 'equals', value: 'file' }, id: { kind: 'equals', value: 'a b/c' } }],
  ['related:*/"a/b"*', { kind: 'resource', type: { kind: 'glob', parts: ['', ''] }, id: { kind: 'glob', parts: ['a/b', ''] } }],
  ['ip:203.0.113.77', { kind: 'address', address: '203.0.113.77' }],
  ['ip:203.0.113.0/24', { kind: 'address', address: '203.0.113.0', prefix: 24 }],
  ['ip:2001:DB8:0::/32', { kind: 'address', address: '2001:db8::', prefix: 32 }],
  ['ip:203.0.113.77/32', { kind: 'address', address: '203.0.113.77' }],
  ['ip:0.0.0.0/0', { kind: 'address', address: '0.0.0.0', prefix: 0 }],
  ['seq:7', { kind: 'range', from: { value: 7, inclusive: true }, to: { value: 7, inclusive: true } }],
  ['seq:"7"', { kind: 'range', from: { value: 7, inclusive: true }, to: { value: 7, inclusive: true } }],
  ['seq:>7', { kind: 'range', from: { value: 7, inclusive: false } }],
  ['seq:>=7', { kind: 'range', from: { value: 7, inclusive: true } }],
  ['seq:<7', { kind: 'range', to: { value: 7, inclusive: false } }],
  ['seq:<=007', { kind: 'range', to: { value: 7, inclusive: true } }],
  ['seq:7..9', { kind: 'range', from: { value: 7, inclusive: true }, to: { value: 9, inclusive: true } }],
  ['seq:"7".."9"', { kind: 'range', from: { value: 7, inclusive: true }, to: { value: 9, inclusive: true } }],
  ['seq:..9', { kind: 'range', to: { value: 9, inclusive: true } }],
  ['seq:7..', { kind: 'range', from: { value: 7, inclusive: true } }],
  ['at:-24h', { kind: 'time', from: { value: { kind: 'ago', amount: 24, unit: 'h' }, inclusive: true } }],
  ['at:<2026-11', { kind: 'time', to: { value: { kind: 'month', year: 2026, month: 11 }, inclusive: false } }],
])('%s', (text, expected) => {
  expect(match(text)).toEqual(expected);
});

test('every field takes a value of its kind', () => {
  const values = {
    text: 'x',
    enum: '*',
    uuid: UUID,
    path: 'bot/1',
    address: '::1',
    time: '-1h',
    integer: '1',
    changed: 'x',
    value: '>1',
    has: 'ip',
  };
  for (const { name, kind, paths } of FIELDS) {
    expect(parse(`${name}${paths === true ? '.x' : ''}:${values[kind]}`).terms).toMatchObject([{ kind: 'field', field: name }]);
  }
});

test.each([
  // text, position, what the message says
  ['outcome:success acotr:maria', 16, 'There is no field "acotr". The nearest is actor.'],
  ['Actor:maria', 0, 'nearest is actor.'],
  ['-onbehalf:joe', 1, 'nearest is onbehalfof.'],
  ['https://example.test', 0, 'There is no field "https"'],
  [':x', 0, 'name is missing'],
  ['before:x', 0, 'before needs the path'],
  ['after.:x', 0, 'A step of the path in "after." is empty.'],
  ['meta.a..b:x', 0, 'is empty'],
  ['after.temperature:>hot', 19, 'not a number'],
  ['after.x:9..7', 8, 'ends before it begins'],
  ['changed:""', 8, 'has a name'],
  ['has:raeson', 4, 'The nearest is reason.'],
  ['has:has', 4, 'another field'],
  ['has:before', 4, 'before needs the path'],
  ['!!!', 0, 'holds no word'],
  ['"..."', 0, 'holds no word'],
  ['te*t', 2, 'only at the end'],
  ['actor:a OR', 8, 'one of them is missing'],
  ['OR actor:a', 0, 'one of them is missing'],
  ['actor:a OR OR b', 11, 'one of them is missing'],
  ['actor:(a OR)', 11, 'one of them is missing'],
  ['()', 1, 'nothing between'],
  ['actor:()', 7, 'nothing between'],
  ['(actor:)', 6, 'A value is missing after actor:'],
  ['-OR', 0, 'minus'],
  ['(-)', 1, 'minus'],
  ['outcome:(success OR fail)', 20, 'one of success, failure, denied'],
  ['at:2026-11-01T10:00:00.5', 3, 'no zone'],
  ['at:2026-11-01T25:00', 3, 'not in the calendar'],
  ['at:today..yesterday', 3, 'ends before it begins'],
  ['actor:a AND actor:b', 8, 'leave the word out'],
  ['NOT actor:b', 0, 'minus'],
  ['(actor:a', 0, 'never closed'],
  ['actor:a)', 7, 'closes nothing'],
  ['nofield:(a', 8, 'never closed'],
  ['actor:"maria', 6, 'quote is never closed'],
  ['actor:maria"', 11, 'quote is never closed'],
  ['actor:"maria\\', 6, 'quote is never closed'],
  ['actor:"C:\\dir"', 9, 'backslash'],
  ['actor:', 5, 'A value is missing after actor:'],
  ['actor: maria', 5, 'A value is missing after actor:'],
  ['-', 0, 'minus'],
  ['--actor:a', 0, 'minus'],
  ['- actor:a', 0, 'minus'],
  ['action:>bot', 7, 'action takes no comparisons and no ranges; before.<path>, after.<path>, meta.<path>, at and seq do.'],
  ['action:a..b', 8, 'at and seq do. Put a value with two dots in quotes'],
  ['severity:>=high', 9, 'name the words that are meant: severity:(high OR critical)'],
  ['ip:1.1.1.1..1.1.1.9', 10, 'write a network'],
  ['outcome:succes', 8, 'one of success, failure, denied'],
  ['outcome:Success', 8, 'one of success, failure, denied'],
  ['outcome:x*', 8, 'one of success, failure, denied'],
  ['actor.type:robot', 11, 'one of user, agent, service, api_key, system, anonymous, unknown'],
  ['category:x', 9, 'administration'],
  ['operation:x', 10, 'execute'],
  ['severity:x', 9, 'critical'],
  ['attribution:x', 12, 'asserted'],
  ['id:42', 3, 'not a UUID'],
  [`id:{${UUID}}`, 3, 'not a UUID'],
  [`id:${UUID.slice(0, 8)}*`, 11, 'id takes no *'],
  ['seq:1*', 5, 'seq takes no *'],
  ['ip:203.0.113.*', 13, 'ip takes no *'],
  ['ip:203.0.113', 3, 'not an IP address'],
  ['ip:203.0.113.0/33', 3, 'from 0 to 32'],
  ['ip:203.0.113.0/', 3, 'prefix'],
  ['ip:::1/1e1', 3, 'prefix'],
  ['ip:203.0.113.77/24', 3, 'write 203.0.113.0/24 for the network'],
  ['resource:/bot_42', 9, 'begins with a type'],
  ['resource:bot/', 9, 'id is missing'],
  ['resource:""', 9, 'begins with a type'],
  ['seq:x', 4, 'not a whole number'],
  ['seq:-1', 4, 'not a whole number'],
  ['seq:1.5', 4, 'not a whole number'],
  ['seq:9007199254740992', 4, 'not a whole number'],
  ['seq:1..x', 7, 'not a whole number'],
  ['seq:9..7', 4, 'ends before it begins'],
  ['seq:..', 4, 'one end'],
  ['seq:1..2..3', 8, 'two ends'],
  ['seq:>', 4, 'missing after >'],
  ['seq:>=1..3', 7, 'exclude each other'],
  ['seq:>>1', 5, 'not a whole number'],
  ['at:-1h..-24h', 3, 'ends before it begins'],
  ['at:2026-11..2026-10', 3, 'ends before it begins'],
  ['at:>=tomorrow', 5, 'not a time'],
])('%s is refused at %i: %s', (text, position, message) => {
  const found = failure(text);
  expect(found.code).toBe('query_invalid');
  expect(found.message).toContain(message);
  expect(found.details).toMatchObject({ position, expected: expect.stringMatching(/./) });
});

const field = (name: string, value: string, negated = false): object => ({
  kind: 'field',
  field: name,
  negated,
  match: { kind: 'equals', value },
});
const word = (...words: string[]): object => ({ kind: 'text', words, prefix: false, negated: false });
const group = (kind: 'any' | 'all', negated: boolean, ...terms: object[]): object => ({ kind, terms, negated });

test.each<[string, object[]]>([
  ['actor:a OR actor:b', [group('any', false, field('actor', 'a'), field('actor', 'b'))]],
  ['actor:a actor:b OR actor:c', [group('any', false, group('all', false, field('actor', 'a'), field('actor', 'b')), field('actor', 'c'))]],
  ['actor:a (actor:b OR actor:c)', [field('actor', 'a'), group('any', false, field('actor', 'b'), field('actor', 'c'))]],
  ['actor:(a OR b)', [group('any', false, field('actor', 'a'), field('actor', 'b'))]],
  ['tag:(pci:1 x)', [field('tag', 'pci:1'), field('tag', 'x')]],
  ['tag:(a OR (b c))', [group('any', false, field('tag', 'a'), group('all', false, field('tag', 'b'), field('tag', 'c')))]],
  ['-(actor:a OR actor:b)', [group('any', true, field('actor', 'a'), field('actor', 'b'))]],
  ['-(actor:a actor:b)', [group('all', true, field('actor', 'a'), field('actor', 'b'))]],
  ['-(-actor:a)', [field('actor', 'a')]],
  ['((actor:a))', [field('actor', 'a')]],
  ['(actor:a (actor:b))', [field('actor', 'a'), field('actor', 'b')]],
  ['actor:a OR (actor:b OR actor:c)', [group('any', false, field('actor', 'a'), field('actor', 'b'), field('actor', 'c'))]],
  ['actor:a(b)', [field('actor', 'a'), word('b')]],
  ['Free "Text, here"', [word('free'), word('text', 'here')]],
  ['GPT-4*', [{ ...word('gpt', '4'), prefix: true }]],
  ['-login', [{ ...word('login'), negated: true }]],
  ['"or"', [word('or')]],
  ['after.config.max:5', [{ ...field('after', '5'), path: ['config', 'max'] }]],
  ['after./config/a.b~1c:5', [{ ...field('after', '5'), path: ['config', 'a.b/c'] }]],
  ['has:after.model', [{ kind: 'field', field: 'has', negated: false, match: { kind: 'has', field: 'after', path: ['model'] } }]],
])('%s is read as a tree', (text, terms) => {
  expect(parse(text)).toEqual({ terms });
});

test('parentheses are nested as deep as the limit, and no deeper', () => {
  const nested = (depth: number): string => `${'('.repeat(depth)}actor:a${')'.repeat(depth)}`;
  expect(parse(nested(QUERY_DEPTH_MAX))).toEqual({ terms: [field('actor', 'a')] });
  expect(failure(nested(QUERY_DEPTH_MAX + 1)).details.position).toBe(QUERY_DEPTH_MAX);
});

test('the vocabularies of the error are in `expected`, and what came in `received`', () => {
  expect(failure('outcome:ok').details).toEqual({ position: 8, expected: 'one of success, failure, denied', received: 'ok' });
});

test('limits hold', () => {
  const terms = 'seq:1 '.repeat(QUERY_TERMS_MAX);
  expect(parse(terms).terms).toHaveLength(QUERY_TERMS_MAX);
  expect(failure(`${terms}seq:1`)).toMatchObject({ message: expect.stringContaining('terms'), details: { position: terms.length } });
  expect(parse(' '.repeat(QUERY_CHARS_MAX)).terms).toHaveLength(0);
  expect(failure(' '.repeat(QUERY_CHARS_MAX + 1)).details.position).toBe(QUERY_CHARS_MAX);
});

test('a long word is shortened in the message', () => {
  expect(failure('!'.repeat(10_000)).message.length).toBeLessThan(200);
  expect(failure(`${'x'.repeat(10_000)}:y`).message.length).toBeLessThan(200);
});
