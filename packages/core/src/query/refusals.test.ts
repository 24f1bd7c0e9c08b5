// What people write by mistake: each is refused with the word that helps, or read as what it means.

import { expect, test } from 'vitest';
import { Failure } from '../errors.ts';
import { parse } from './parse.ts';
import { readTime, resolveTime } from './time.ts';

function failure(text: string): Failure {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error(`${text} was read`);
}

test.each([
  ['befor.model:x', 'before.model'],
  ['aftre.x:1', 'after.x'],
  ['metta.plan:x', 'meta.plan'],
  ['Before.config.limits:x', 'before.config.limits'],
  ['befor:x', 'before.<path>'],
  ['actr.id:x', 'actor.id'],
  ['resorce.id:x', 'resource.id'],
  ['sesion:x', 'session'],
  ['has:befor.model', 'before.model'],
])('the nearest of %s is %s', (text, nearest) => {
  expect(failure(text).message).toContain(`The nearest is ${nearest}.`);
});

test.each([
  ['severity:>info', 'severity:(high OR critical)', 'one of info, low, medium, high, critical'],
  ['actor.type:a..b', 'actor.type:(anonymous OR unknown)', /^one of user, /],
  ['severity:', 'A value is missing', 'one of info, low, medium, high, critical'],
  ['ip:203.0.113.1..203.0.113.9', 'write a network, such as 203.0.113.0/24', /network/],
  ['session:>5', 'before.<path>, after.<path>, meta.<path>, at and seq do', /value/],
])('%s: %s', (text, message, expected) => {
  const found = failure(text);
  expect(found.message).toContain(message);
  expect(found.details.expected).toEqual(typeof expected === 'string' ? expected : expect.stringMatching(expected));
});

test.each([
  ['action:x or action:y', 9, 'OR between terms is written in capitals'],
  ['a and b', 2, 'Terms are joined by AND as they stand'],
  ['actor:a Or actor:b', 8, 'in capitals'],
  ['not actor:a', 0, 'minus'],
  ['action:(a or b)', 10, 'in capitals'],
])('%s is not a search for the word', (text, position, message) => {
  const found = failure(text);
  expect(found.message).toContain(message);
  expect(found.message).toContain('put it in quotes: "');
  expect(found.details.position).toBe(position);
});

test('in quotes, as the value of a field and as a part of a word, they are words', () => {
  expect(parse('"or" "AND" order')).toMatchObject({ terms: [{ words: ['or'] }, { words: ['and'] }, { words: ['order'] }] });
  expect(parse('actor:or tag:("not" OR a)').terms).toHaveLength(2);
});

test.each([
  ['after.temperature:=0.5', 18, 'leave the = out'],
  ['actor:=maria', 6, 'leave the = out'],
  ['has:=reason', 4, 'leave the = out'],
  ['after./a/:x', 0, 'is empty'],
  ['changed:config/', 8, 'is empty'],
  ['changed:a..b', 9, 'Put a value with two dots in quotes'],
  ['changed:/a//b', 8, 'is empty'],
  ['after.config/limits:1', 0, 'parted by dots: after.config.limits. A name that holds a slash is written after./config~1limits'],
  ['ip:203.0.113.', 3, 'A network is written 203.0.113.0/24'],
  ['ip:10', 3, 'A network is written 10.0.0.0/8'],
  ['after.temperature:>.5', 19, 'a digit on both sides of its point'],
  ['at:2026-11-01 10:00', 14, 'Between a date and a time stands a T'],
  ['at:"2026-11-01 10:00"', 3, 'a T stands between date and time'],
  ['at:"2026-11-01T10:00:00 02:00"', 3, 'a plus is written %2B'],
  ['at:-24H', 3, 'so long ago is written -24h'],
  ['at:24hours', 3, 'so long ago is written -24h'],
])('%s is refused at %i: %s', (text, position, message) => {
  const found = failure(text);
  expect(found.message).toContain(message);
  expect(found.details.position).toBe(position);
});

test('a value that begins with = is asked for in quotes', () => {
  expect(parse('reason:"=1+1"').terms).toMatchObject([{ match: { kind: 'equals', value: '=1+1' } }]);
});

test.each([
  ['config.limits', 'config/limits'],
  ['/config', 'config'],
  ['config/limits', 'config/limits'],
  ['/a.b', 'a.b'],
  ['a.b/c', 'a.b/c'],
  ['list/a~1b', 'list/a~1b'],
])('changed:%s is the field %s', (written, field) => {
  expect(parse(`changed:${written}`).terms).toMatchObject([{ match: { kind: 'equals', value: field } }]);
});

test.each([
  ['2026-11-01T10:00:00.123456Z', '2026-11-01T10:00:00.123Z'],
  ['2026-11-01T10:00:00.987654321+02:00', '2026-11-01T08:00:00.987Z'],
  ['2026-11-01T10:00Z', '2026-11-01T10:00:00.000Z'],
  ['2026-11-01t10:00+02:00', '2026-11-01T08:00:00.000Z'],
])('%s is %s', (text, instant) => {
  expect(readTime(text, 0)).toEqual({ kind: 'instant', ms: Date.parse(instant) });
});

test('now is a time like others', () => {
  const [term] = parse('at:-1h..now').terms;
  const match = term?.kind === 'field' && term.match.kind === 'time' ? term.match : undefined;
  expect(match && resolveTime(match, 3_600_000)).toEqual({ fromMs: 0, toMs: 3_600_001 });
  expect(failure('at:now..-1h').message).toContain('ends before it begins');
});
