import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { remembered } from './remembered.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const LIMITS = { ms: 1_000, entriesMax: 3 };

test('many who ask at once share one question, and its answer for a second from then on', async () => {
  let asked = 0;
  const look = remembered(async (name) => {
    await vi.advanceTimersByTimeAsync(600);
    return `${name} ${++asked}`;
  }, LIMITS);
  expect(await Promise.all([look('a'), look('a'), look('a')])).toEqual(['a 1', 'a 1', 'a 1']);
  await vi.advanceTimersByTimeAsync(399);
  expect(await look('a')).toBe('a 1');
  await vi.advanceTimersByTimeAsync(1);
  expect(await look('a')).toBe('a 2');
});

test('a fault is nobody else\u2019s answer', async () => {
  let isAway = true;
  const look = remembered(async () => {
    if (isAway) throw Object.assign(new Error('gone'), { code: 'ECONNRESET' });
    return 'here';
  }, LIMITS);
  await expect(look('a')).rejects.toMatchObject({ code: 'store_unavailable' });
  isAway = false;
  expect(await look('a')).toBe('here');
});

test('no more is kept than there is room for', async () => {
  const asked: string[] = [];
  const look = remembered(async (name) => asked.push(name), LIMITS);
  for (const name of ['a', 'b', 'c', 'd', 'd', 'a']) await look(name);
  expect(asked).toEqual(['a', 'b', 'c', 'd', 'a']);
});
