// That the comparison with shown output notices what it should, and only that.

import { expect, test } from 'vitest';
import { blocksOf, missingLines } from './blocks.test.fixture.ts';

const PRINTED = `TIME (UTC)           WHAT
2026-11-23 16:31:38  Rosa Lindt changed model of bot Sales bot   bot/bot_2f5a47d34c84f   success
    model: small-1 -> large-2
verified  4 logs, 1,071 events
  expected  RgbpXtbc4xXBNNY5JbO4xDTV8Jh7ggRYQwcr7O56hL8=`;

test('times, numbers, ids, hashes and blanks may differ', () => {
  const shown = `
2026-10-01 02:03:04 Rosa Lindt changed model of bot Sales bot bot/bot_0011aabbcc001 success
    model: small-1 -> large-2
…
verified 4 logs, 71 events
expected X1nQkeASv2foa6ItPHy18MFdmajjlo9I/Ur+9VNws3o=`;
  expect(missingLines(shown, PRINTED)).toEqual([]);
  expect(missingLines('2026-10-01 02:03:04 … changed model … success', PRINTED)).toEqual([]);
});

test('words, signs and the order of lines may not', () => {
  const line = '    model: small-1 -> large-2';
  expect(missingLines('2026-10-01 02:03:04 Rosa Lindt changed backstory …', PRINTED)).toHaveLength(1);
  expect(missingLines('    model: small-1 -> huge-2', PRINTED)).toHaveLength(1);
  expect(missingLines('    model: small-1', PRINTED)).toHaveLength(1);
  expect(missingLines('ALTERED 4 logs, 71 events', PRINTED)).toHaveLength(1);
  expect(missingLines(`verified 4 logs, 71 events\n${line}`, PRINTED)).toEqual([line]);
});

test('blocks are found with their language', () => {
  expect(blocksOf('a\n```sh\nls\n```\nb\n```\nout\n```\n')).toEqual([
    { language: 'sh', text: 'ls\n' },
    { language: '', text: 'out\n' },
  ]);
});
