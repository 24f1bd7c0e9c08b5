// The stored form of an event's disclosures: their values as text, a line a section, and beside it their salts as bytes.
// The disclosures themselves, and the entry that they make, are put together from both.

import { commitment, entry, type JsonObject } from '@indelible/core';
import { nodeHash } from './node-hash.ts';

export const SALT_BYTES = 16;

/** What the table holds of an event's disclosures. */
export interface StoredDisclosures {
  /** A line a section, in the order of their names: `<name> <value as JCS>`. JCS never holds a line feed. */
  readonly disclosures: string;
  /** 16 bytes a line, in the same order. */
  readonly salts: Buffer;
}

/** One disclosure: its very bytes, the name of its section and the text of its value. */
export interface DisclosedText {
  readonly name: string;
  readonly value: string;
  readonly text: string;
}

/** The disclosures of an event, in the order of their section names. */
export function splitDisclosures({ disclosures, salts }: StoredDisclosures): DisclosedText[] {
  const disclosed: DisclosedText[] = [];
  eachSection(disclosures, (name, value) => {
    const at = disclosed.length * SALT_BYTES;
    disclosed.push({ name, value, text: disclosureText(salts.toString('base64url', at, at + SALT_BYTES), name, value) });
  });
  return disclosed;
}

/** Name and value of each section. */
export function sectionLines(disclosures: string): (readonly [string, string])[] {
  const lines: (readonly [string, string])[] = [];
  eachSection(disclosures, (name, value) => lines.push([name, value]));
  return lines;
}

/**
 * The value of a section; undefined for one that was not written by a trail: no JSON, or no object. Whoever has the database
 * can write such a line, and shall not keep anybody from reading the events beside it.
 */
export function sectionValue(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}

/** In one pass and without a list of lines: verify does this for every event there is. */
function eachSection(disclosures: string, take: (name: string, value: string) => void): void {
  if (disclosures === '') return;
  // An empty line, also at the end, is a section that is not one: it was never recorded so, and must not be passed over.
  for (let from = 0, end: number; from <= disclosures.length; from = end + 1) {
    const feed = disclosures.indexOf('\n', from);
    end = feed === -1 ? disclosures.length : feed;
    const blank = disclosures.indexOf(' ', from);
    if (blank === -1 || blank > end) take(disclosures.slice(from, end), '');
    else take(disclosures.slice(from, blank), disclosures.slice(blank + 1, end));
  }
}

/** A disclosure as core's `disclosure` writes it, of a value that is JCS already. */
export function disclosureText(salt: string, name: string, value: string): string {
  return `["${salt}","${name}",${value}]`;
}

/**
 * The entry of an event, whose disclosures are all there.
 *
 * @param t milliseconds since 1970: when it was recorded
 * @throws TypeError when they make no entry
 */
export function entryOfDisclosures(id: string, t: number, disclosures: readonly DisclosedText[]): string {
  return entry({ c: Object.fromEntries(disclosures.map(({ name, text }) => [name, commitment(text, nodeHash)])), id, t });
}
