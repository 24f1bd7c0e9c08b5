// Events with texts of many kinds, and phrases that occur in them.

import { searchableTexts, searchWords } from '@indelible/core';
import fc from 'fast-check';
import type { ModelEvent } from '../query/trail.test.fixture.ts';

const SYLLABLES = ['ka', 'to', 'mi', 'ré', 'ßu', 'Öl', 'ﬁ', 'ｆｕ', 'ना', '東', '京', 'x_', '7', 'É', 'İ', 'K'];

/** A word by its number: the smaller the number, the more often `texts` uses it. */
function wordOf(number: number): string {
  if (number % 101 === 100) return `long${'x'.repeat(number % 150)}${number}`;
  let word = '';
  for (let rest = number + 1; rest > 0; rest = Math.floor(rest / SYLLABLES.length)) word += SYLLABLES[rest % SYLLABLES.length] ?? '';
  return word;
}

const word = fc.oneof(fc.nat(12), fc.nat(200), fc.nat(20_000)).map(wordOf);
const glue = fc.constantFrom(' ', ' ', ' ', ', ', '-', '\n', '"', '\\', ' 🙂 ', '\u0001');
const text = fc.array(fc.tuple(word, glue), { minLength: 1, maxLength: 7 }).map((parts) => parts.flat().join(''));
const rarely = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> => fc.option(value, { nil: undefined, freq: 1 });

/** An event recorded at a time; some were imported, and occurred long before. */
export function textInputs(recordedMs: number): fc.Arbitrary<object> {
  return fc
    .record({
      action: fc.constantFrom('bot.updated', 'bot.viewed'),
      actor: fc.record({ id: fc.constantFrom('usr_1', 'usr_2', 'usr_3'), name: rarely(text) }),
      resource: fc.record({ type: fc.constant('bot'), id: fc.constantFrom('b_1', 'b_2'), name: rarely(text) }),
      context: fc.record({ reason: rarely(text) }),
      change: fc.record({ before: fc.record({ note: text }), after: fc.record({ note: text, list: fc.array(text, { maxLength: 2 }) }) }),
      metadata: rarely(fc.record({ deep: fc.record({ note: text }) })),
      age: fc.oneof(
        { weight: 8, arbitrary: fc.nat(600_000) },
        { weight: 1, arbitrary: fc.nat(200 * 86_400_000) },
        { weight: 1, arbitrary: fc.integer({ min: -300_000, max: 0 }) },
      ),
    })
    .map(({ age, ...event }) => JSON.parse(JSON.stringify({ ...event, occurredAt: new Date(recordedMs - age).toISOString() })) as object);
}

/** A text of 64 KiB, with words that nothing else has. */
export function hugeText(seed: number): string {
  let made = '';
  for (let index = 0; made.length < 64_000; index++) made += `huge${seed}n${index} `;
  return made;
}

/** A query with free text: one to three words that stand together in an event, alone or with other terms. */
export function textQueries(model: readonly ModelEvent[], nowMs: number): fc.Arbitrary<string> {
  const day = (days: number): string => new Date(nowMs - days * 86_400_000).toISOString();
  const phrase = fc
    .tuple(fc.nat(model.length - 1), fc.nat(), fc.nat(), fc.integer({ min: 1, max: 3 }), fc.nat(5))
    .map(([place, which, from, count, shape]) => {
      const texts = searchableTexts(model[place]?.event ?? {})
        .map(searchWords)
        .filter((words) => words.length > 0);
      const words = texts[which % Math.max(1, texts.length)] ?? ['none'];
      const taken = words
        .slice(from % words.length)
        .slice(0, count)
        .join(' ');
      if (shape === 0) return `"${taken.slice(0, -1) || 'zz'}"*`;
      return shape === 1 ? `"${taken} absent"` : `"${taken}"`;
    });
  const other = fc.oneof(
    fc.constantFrom(
      'actor.id:usr_1',
      '-actor.id:usr_2',
      'action:bot.viewed',
      'resource:bot/b_1',
      'seq:>500',
      'changed:note',
      'changed:(list OR nothing)',
      '-changed:list',
      `at:<${day(40)}`,
      `at:>${day(20)}`,
    ),
    phrase.map((found) => `-${found}`),
    phrase.map((found) => `(${found} OR changed:list)`),
    fc.tuple(phrase, phrase).map(([left, right]) => `(${left} OR ${right})`),
  );
  return (
    fc
      .tuple(fc.array(phrase, { minLength: 1, maxLength: 2 }), fc.array(other, { maxLength: 2 }))
      // One in so many asks for no words.
      .map(([phrases, others]) => [...(others.length === 2 ? phrases.slice(1) : phrases), ...others].join(' '))
  );
}
