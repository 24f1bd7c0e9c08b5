// The arithmetic of an actor's page.

import { describe, expect, it } from 'vitest';
import { everyDay } from './every-day.ts';
import { freshAddresses } from './fresh-addresses.ts';
import { levelOf, mostOf, weekOf } from './heat.ts';

describe('weekOf', () => {
  const bars = [
    { from: '2026-11-23T09:00:00.000Z', total: 3 },
    { from: '2026-11-16T09:00:00.000Z', total: 2 },
    { from: '2026-11-22T23:00:00.000Z', total: 1 },
  ];

  it('adds up the same hour of several weeks, Monday first', () => {
    const week = weekOf(bars, 'UTC');
    expect(week[0]?.[9]).toBe(5);
    expect(week[6]?.[23]).toBe(1);
    expect(mostOf(week)).toBe(5);
    expect(week.flat().reduce((sum, count) => sum + count, 0)).toBe(6);
  });

  it('goes by the clocks of the zone, over midnight and Sunday', () => {
    const week = weekOf(bars, 'Europe/Berlin');
    expect(week[0]?.[10]).toBe(5);
    expect(week[0]?.[0]).toBe(1);
  });

  it('is empty without bars', () => {
    expect(mostOf(weekOf([], 'UTC'))).toBe(0);
  });
});

describe('levelOf', () => {
  it.each([
    [0, 10, 0],
    [1, 100, 1],
    [25, 100, 1],
    [26, 100, 2],
    [100, 100, 4],
    [0, 0, 0],
  ])('%d of %d is shade %d', (count, most, level) => expect(levelOf(count, most)).toBe(level));
});

describe('freshAddresses', () => {
  const addresses = [
    { ip: '192.0.2.66', first: '2026-11-20T07:38:12Z' },
    { ip: '203.0.113.197', first: '2026-11-02T14:12:52Z' },
  ];

  it('names those of the last week of somebody known for longer', () => {
    expect([...freshAddresses(addresses, '2026-11-02T14:12:52Z', '2026-11-20T08:20:00Z')]).toEqual(['192.0.2.66']);
  });

  it('names none of somebody who is new altogether', () => {
    expect(freshAddresses(addresses, '2026-11-19T00:00:00Z', '2026-11-20T08:20:00Z').size).toBe(0);
  });
});

describe('everyDay', () => {
  it('fills the days between', () => {
    const days = [
      { day: '2026-10-30', count: 2 },
      { day: '2026-11-01', count: 1 },
    ];
    expect(everyDay(days)).toEqual([days[0], { day: '2026-10-31', count: 0 }, days[1]]);
    expect(everyDay([])).toEqual([]);
  });
});
