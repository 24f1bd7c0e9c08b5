import { expect, test } from 'vitest';
import { explain } from './explain.ts';
import { parse } from './parse.ts';

test.each([
  ['', 'Every event.'],
  [
    'actor:maria -outcome:success at:-24h',
    'Events where the actor (id, name or e-mail) is maria, and not where outcome is success, and that happened in the last 24 hours.',
  ],
  ['action:(bot.* OR dataset.*)', 'Events (where action is like bot.*, or where action is like dataset.*).'],
  ['changed:model after.temperature:>0.5', 'Events that changed model, or a field below it, and where temperature became more than 0.5.'],
  ['before.plan:team meta.region:eu*', 'Events where plan was team, and where region of the metadata is like eu*.'],
  ['resource:bot/bot_42 ip:203.0.113.0/24', 'Events where the resource is bot bot_42, and where the address lies in 203.0.113.0/24.'],
  [
    '"free text" tok*',
    'Events with the words "free text" in a value, name, reason or metadata, and with the beginning of a word "tok..." in a value, name, reason or metadata.',
  ],
  ['has:reason -has:after.model', 'Events that have reason, and not that have after.model.'],
  [
    'at:2026-11..2026-12 seq:7..9',
    'Events that happened from 2026-11 (Europe/Berlin) to 2026-12 (Europe/Berlin), and where the place in the log is from 7 to 9.',
  ],
  ['at:<2026-11-01T10:00:00Z', 'Events that happened before 2026-11-01T10:00:00Z.'],
])('%s', (query, words) => {
  expect(explain(parse(query), 'Europe/Berlin')).toBe(words);
});
