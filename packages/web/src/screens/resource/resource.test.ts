// The arithmetic of time travel: where the slider stands, where it goes, and what a date in a zone means.

import { describe, expect, it } from 'vitest';
import { justBefore, placeAt, step, timeAt } from './stops.ts';
import { instantText, wallText } from './wall-text.ts';

const VERSIONS = ['2026-11-01T10:00:00.000Z', '2026-11-10T10:00:00.000Z', '2026-11-20T07:52:00.000Z'].map((at, place) => ({
  event: String(place),
  at,
}));

describe('placeAt', () => {
  it.each([
    [undefined, 3],
    ['2026-11-20T07:52:00.000Z', 2],
    ['2026-11-20T07:51:59.999Z', 1],
    ['2026-12-01T00:00:00.000Z', 2],
    ['2026-10-01T00:00:00.000Z', -1],
  ])('at %s stands on %d', (at, place) => expect(placeAt(VERSIONS, at)).toBe(place));

  it('has a stop for now alone when nothing is loaded', () => {
    expect(placeAt([], undefined)).toBe(0);
    expect(timeAt([], 0)).toBeUndefined();
  });
});

describe('step', () => {
  it('goes from version to version, and stays at the ends', () => {
    expect(step(VERSIONS, undefined, -1)).toBe(2);
    expect(step(VERSIONS, undefined, 1)).toBe(3);
    expect(step(VERSIONS, VERSIONS[1]?.at, -1)).toBe(0);
    expect(step(VERSIONS, VERSIONS[0]?.at, -1)).toBe(0);
    expect(step(VERSIONS, VERSIONS[2]?.at, 1)).toBe(3);
  });

  it('goes from between two versions to the one before or after', () => {
    expect(step(VERSIONS, '2026-11-15T00:00:00.000Z', -1)).toBe(1);
    expect(step(VERSIONS, '2026-11-15T00:00:00.000Z', 1)).toBe(2);
    expect(step(VERSIONS, '2026-10-01T00:00:00.000Z', 1)).toBe(0);
  });

  it('says the time of a stop', () => {
    expect(timeAt(VERSIONS, 3)).toBeUndefined();
    expect(timeAt(VERSIONS, 0)).toBe(VERSIONS[0]?.at);
    expect(justBefore('2026-11-20T07:52:00.000Z')).toBe('2026-11-20T07:51:59.999Z');
  });
});

describe('the field for date and time', () => {
  it.each(['UTC', 'Europe/Berlin', 'America/Toronto', 'Asia/Kolkata'])('goes there and back in %s', (zone) => {
    for (const { at } of VERSIONS) expect(instantText(wallText(at, zone), zone)).toBe(at);
  });

  it('reads what browsers write, with and without seconds', () => {
    expect(instantText('2026-11-20T08:52', 'Europe/Berlin')).toBe('2026-11-20T07:52:00.000Z');
    expect(instantText('', 'UTC')).toBeUndefined();
  });
});
