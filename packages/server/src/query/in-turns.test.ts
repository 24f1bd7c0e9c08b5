import { expect, test } from 'vitest';
import { WORK_MS_MAX } from '../limits.ts';
import { inTurns, type WorkClock } from './in-turns.ts';

/** Time passes by work alone. */
function clockOf(): WorkClock & { spend: (ms: number) => void; readonly turns: () => number } {
  let [ms, turns] = [0, 0];
  return { now: () => ms, giveWay: async () => turns++, spend: (spent) => (ms += spent), turns: () => turns };
}

test('work gives way each time that its share of time is over, and not more often', async () => {
  const clock = clockOf();
  const done: number[] = [];
  const turnsAt: number[] = [];
  await inTurns(
    [1, 2, 3, 4, 5, 6, 7, 8],
    (item) => {
      done.push(item);
      turnsAt.push(clock.turns());
      clock.spend(WORK_MS_MAX / 2);
    },
    clock,
  );
  expect(done).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect(turnsAt).toEqual([0, 0, 1, 1, 2, 2, 3, 3]);
});

test('a piece that takes long is followed by a pause, and work can end itself', async () => {
  const clock = clockOf();
  const done: number[] = [];
  await inTurns(
    [1, 2, 3],
    (item) => {
      done.push(item);
      clock.spend(WORK_MS_MAX * 100);
      return item < 2;
    },
    clock,
  );
  expect(done).toEqual([1, 2]);
  expect(clock.turns()).toBe(1);
});

test('by default everything else gets its turn', async () => {
  let ticks = 0;
  const ticking = setInterval(() => ticks++, 1);
  const seen: number[] = [];
  await inTurns(Array.from({ length: 20 }), () => {
    seen.push(ticks);
    const end = performance.now() + WORK_MS_MAX;
    while (performance.now() < end);
  });
  clearInterval(ticking);
  // However slow the machine is, the timer was due at each pause.
  expect(new Set(seen).size).toBeGreaterThan(10);
});
