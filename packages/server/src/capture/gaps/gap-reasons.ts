// Every way of losing changes that is looked for: what is lost by it, and whether capture stops.
//
// A hole of the slot, of the source or of the publication as a whole stops capture. Going on would lose more in silence (a
// publication that is away or narrowed: PostgreSQL 18 skips what it does not name and lets the slot forget it) or cannot
// (before 18 the stream ends with an error each time); and somebody handled what belongs to the trail, which a human must know.
// While capture stands still, a slot that is still there keeps what was not read.
//
// A hole of single tables goes on record and capture goes on: by then the table has been put back, or has its identity
// again, or its gap stays open until it has. Going on loses nothing more, while stopping would hold up every other table
// and let the slot fill the source's disk.

/** Holes that stop capture. */
export type StopReason =
  | 'slot_missing'
  | 'slot_lost'
  | 'slot_advanced'
  | 'slot_replaced'
  | 'source_replaced'
  | 'publication_missing'
  | 'publication_replaced'
  | 'publication_altered'
  | 'publication_narrowed';

/** Holes of single tables, which go on record only. */
export type TableReason = 'table_unpublished' | 'table_unlogged' | 'table_rewritten' | 'partition_truncated' | 'identity_changed';

/** A hole of the commands that change the schema, while the event triggers are gone. Capture goes on. */
export const DDL_UNTRACKED = 'ddl_untracked';

interface StopFacts {
  /** What of the range is missing. */
  readonly lost: string;
  /** Whether capture can go on at the slot that is there: then what was written since the hole is still captured. */
  readonly keepsSlot: 'never' | 'since 18' | 'always';
}

const ALL = 'every change of every table in this range that is not in the trail';
const HIDDEN = 'changes that the publication hid while it was not whole; which ones, the source does not say';

export const STOPS: Readonly<Record<StopReason, StopFacts>> = {
  slot_missing: { lost: ALL, keepsSlot: 'never' },
  slot_lost: { lost: ALL, keepsSlot: 'never' },
  slot_replaced: { lost: ALL, keepsSlot: 'never' },
  source_replaced: { lost: 'what the source wrote and this history does not have', keepsSlot: 'never' },
  slot_advanced: { lost: ALL, keepsSlot: 'always' },
  // Before PostgreSQL 18 no slot gets past log that was written while its publication was away.
  publication_missing: { lost: 'changes of all tables while the publication was away', keepsSlot: 'since 18' },
  publication_replaced: { lost: 'changes of all tables while the publication was away', keepsSlot: 'since 18' },
  publication_altered: { lost: HIDDEN, keepsSlot: 'since 18' },
  publication_narrowed: { lost: HIDDEN, keepsSlot: 'always' },
};

const PUBLICATION_MAY_MISS_SINCE = 180_000;

/** @param version for example 180004 */
export function keepsSlot(reason: StopReason, version: number): boolean {
  const { keepsSlot: keeps } = STOPS[reason];
  return keeps === 'always' || (keeps === 'since 18' && version >= PUBLICATION_MAY_MISS_SINCE);
}

export function isStopReason(text: string): text is StopReason {
  return Object.hasOwn(STOPS, text);
}
