// What a query means, once read. Every value of these types can be printed, and reads back as itself.

import type { FieldName } from './fields.ts';

/** All terms must hold. No terms: every event. */
export interface Query {
  readonly terms: readonly Node[];
}

/** What a query is made of. Each can be excluded by `-`: then it holds where it would not hold otherwise. */
export type Node = Term | TextTerm | Group;

/** One condition on one field. Excluded it holds also where the event has no such field. */
export interface Term {
  readonly kind: 'field';
  readonly field: FieldName;
  /** The steps behind before., after. and meta.; one at least there, and absent for every other field. */
  readonly path?: readonly string[];
  readonly negated: boolean;
  readonly match: Match;
}

/**
 * Words that stand one behind the other in one text of the event (see words.ts and searchableTexts).
 * A word alone is a phrase of one.
 */
export interface TextTerm {
  readonly kind: 'text';
  /** As searchWords gives them; one at least. */
  readonly words: readonly string[];
  /** Whether the last word may go on. */
  readonly prefix: boolean;
  readonly negated: boolean;
}

/**
 * `any`: terms joined by OR. `all`: terms joined by AND, which occurs only where the list of a query would not say the same:
 * excluded, or as one of several alternatives. Two terms at least, none of them a group of the same kind that is not excluded.
 */
export interface Group {
  readonly kind: 'any' | 'all';
  readonly terms: readonly Node[];
  readonly negated: boolean;
}

/**
 * What the field's value must be. The kind of field decides which of these occur:
 * text, enum and changed: equals, glob; value: equals, glob, range; has: has; uuid: equals; path: resource; address: address;
 * time: time; integer: range.
 */
export type Match = EqualsMatch | GlobMatch | ResourceMatch | AddressMatch | TimeMatch | RangeMatch | HasMatch;

/** That the event has a field at all; of before, after and meta that it has the path. */
export interface HasMatch {
  readonly kind: 'has';
  readonly field: FieldName;
  readonly path?: readonly string[];
}

/** The same text, case and all. A uuid is lower case. */
export interface EqualsMatch {
  readonly kind: 'equals';
  readonly value: string;
}

/**
 * Literal pieces with any characters between two neighbours: `bot.*` is ['bot.', ''], `*` is ['', ''].
 * At least two pieces; only the first and the last may be empty.
 */
export interface GlobMatch {
  readonly kind: 'glob';
  readonly parts: readonly string[];
}

export type TextMatch = EqualsMatch | GlobMatch;

/** A resource by type (never with a slash in it), and by id when one is given. Neither is an empty text. */
export interface ResourceMatch {
  readonly kind: 'resource';
  readonly type: TextMatch;
  readonly id?: TextMatch;
}

/** One address, or a network when there is a prefix (shorter than the address). In the form of RFC 5952. */
export interface AddressMatch {
  readonly kind: 'address';
  readonly address: string;
  readonly prefix?: number;
}

/** One end of a range. `inclusive` says whether the value itself belongs. */
export interface Bound<Value, Inclusive extends boolean = boolean> {
  readonly value: Value;
  readonly inclusive: Inclusive;
}

/** From, to, or both; the language has no way to exclude the ends of a range that has two. */
export type Bounds<Value> =
  | { readonly from: Bound<Value>; readonly to?: never }
  | { readonly from?: never; readonly to: Bound<Value> }
  | { readonly from: Bound<Value, true>; readonly to: Bound<Value, true> };

/** Numbers: whole ones for seq, where one number is a range from itself to itself; any for values. */
export type RangeMatch = { readonly kind: 'range' } & Bounds<number>;

/** Times; one day, month, year or instant is a range from itself to itself. See resolveTime. */
export type TimeMatch = { readonly kind: 'time' } & Bounds<TimePoint>;

export type TimeUnit = 's' | 'm' | 'h' | 'd' | 'w';

/** A time as it was written: relative times stay relative, and dates without a zone, until they are resolved. */
export type TimePoint =
  /** So long before now. */
  | { readonly kind: 'ago'; readonly amount: number; readonly unit: TimeUnit }
  /** The day that it is now, or the one before. */
  | { readonly kind: 'today' | 'yesterday' }
  /** The very moment of asking. */
  | { readonly kind: 'now' }
  /** A whole year, month or day in the zone of the asker; month and day count from 1. */
  | { readonly kind: 'year'; readonly year: number }
  | { readonly kind: 'month'; readonly year: number; readonly month: number }
  | { readonly kind: 'day'; readonly year: number; readonly month: number; readonly day: number }
  /** A whole minute of the asker's zone, or a second of it. */
  | {
      readonly kind: 'clock';
      readonly year: number;
      readonly month: number;
      readonly day: number;
      readonly hour: number;
      readonly minute: number;
      readonly second?: number;
    }
  /** One millisecond, counted from 1970. */
  | { readonly kind: 'instant'; readonly ms: number };
