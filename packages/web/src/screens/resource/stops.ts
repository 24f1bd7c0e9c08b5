// The stops of the slider: every version that is loaded, oldest first, and now. Pure.

/** What of a version matters here. */
export interface Moment {
  readonly event: string;
  /** RFC 3339 */
  readonly at: string;
}

/**
 * Where the slider stands for a time: on the version that was in force.
 *
 * @param versions oldest first
 * @param at RFC 3339; now when it is absent
 * @returns the place of a version, `versions.length` for now, -1 before the first
 */
export function placeAt(versions: readonly Moment[], at: string | undefined): number {
  if (at === undefined) return versions.length;
  const atMs = Date.parse(at);
  return versions.findLastIndex((version) => Date.parse(version.at) <= atMs);
}

/** The time of a stop; undefined for now. Of a place before the first version, the first. */
export function timeAt(versions: readonly Moment[], place: number): string | undefined {
  return versions[Math.max(0, place)]?.at;
}

/**
 * The stop before or after, as [ and ] go.
 *
 * @param at where it stands, which need not be the time of a version: back from between two leads to the earlier one
 */
export function step(versions: readonly Moment[], at: string | undefined, by: -1 | 1): number {
  const place = placeAt(versions, at);
  const isBetween = at !== undefined && place >= 0 && place < versions.length && Date.parse(versions[place]?.at ?? '') !== Date.parse(at);
  const next = by === -1 && isBetween ? place : place + by;
  return Math.min(versions.length, Math.max(0, next));
}

/** A moment before an instant: what was in force when an event came. @example justBefore('2026-11-20T07:52:00.000Z') // '2026-11-20T07:51:59.999Z' */
export function justBefore(at: string): string {
  return new Date(Date.parse(at) - 1).toISOString();
}
