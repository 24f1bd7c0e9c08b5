import { expect, test } from 'vitest';
import { SlotWatch } from './slot-watch.ts';

test('each level is told once, and so is that all is well again', () => {
  const told: string[] = [];
  const watch = new SlotWatch('shop', {
    info: (_fields, message) => void told.push(`info ${message}`),
    warn: (_fields, message) => void told.push(`warn ${message}`),
  });
  const news = (...shares: (number | undefined)[]): string[] => {
    told.length = 0;
    for (const used of shares) watch.see({ lagBytes: 1, used });
    return told.map((line) => /^(\w+) .*?(\d+) %/.exec(line)?.slice(1).join(' ') ?? line);
  };
  expect(news(undefined, 0, 0.49)).toEqual([]);
  expect(news(0.5, 0.6, 0.79)).toEqual(['warn 50']);
  expect(news(0.81, 0.95)).toEqual(['warn 81']);
  // Going up and down around a level is no news.
  expect(news(0.45, 0.55, 0.85)).toEqual([]);
  expect(news(0.39, 0.1)).toEqual(['info 39']);
  expect(news(0.9)).toEqual(['warn 90']);
  expect(news(undefined)).toEqual(['info 0']);
  expect(watch.last).toEqual({ lagBytes: 1, used: undefined });
});
