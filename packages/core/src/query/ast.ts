// What a query means, once read. Every value of these types can be printed, and reads back as itself.

import type { FieldName } from './fields.ts';

/** All terms must hold. No terms: every event. */
export interface Query {
  readonly terms: readonly Term[];
}

/** One condition on one field. `kind` leaves room for groups and for text beside it. */
export interface Term {
  readonly kind: 'field';
  readonly field: FieldName;
  /** Excluded by `-`: holds where the match does not, and also where the event has no such field. */
  readonly negated: boolean;
  readonly match: Match;
}

/**
 * What the field's value must be. The kind of field decides which of these occur:
 * text and enum: equals, glob; uuid: equals; path: resource; address: address; time: time; integer: range.
 */
export type Match = EqualsMatch | GlobMatch | ResourceMatch | AddressMatch | TimeMatch | RangeMatch;

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

/** Whole numbers; one number is a range from itself to itself. */
export type RangeMatch = { readonly kind: 'range' } & Bounds<number>;

/** Times; one day, month, year or instant is a range from itself to itself. See resolveTime. */
export type TimeMatch = { readonly kind: 'time' } & Bounds<TimePoint>;

export type TimeUnit = 's' | 'm' | 'h' | 'd' | 'w';

/** A time as it was written: relative times stay relative until they are resolved. */
export type TimePoint =
  /** So long before now. */
  | { readonly kind: 'ago'; readonly amount: number; readonly unit: TimeUnit }
  /** A whole year, month or day in UTC; month and day count from 1. */
  | { readonly kind: 'year'; readonly year: number }
  | { readonly kind: 'month'; readonly year: number; readonly month: number }
  | { readonly kind: 'day'; readonly year: number; readonly month: number; readonly day: number }
  /** One millisecond, counted from 1970. */
  | { readonly kind: 'instant'; readonly ms: number };
