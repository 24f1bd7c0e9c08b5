// The stored form of an event's disclosures: their values as text, a line a section, and beside it their salts as bytes.
// The disclosures themselves, and the entry that they make, are put together from both.

import { commitment, entry } from '@indelible/core';
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
  return sectionLines(disclosures).map(([name, value], index) => {
    const salt = salts.toString('base64url', index * SALT_BYTES, (index + 1) * SALT_BYTES);
    return { name, value, text: disclosureText(salt, name, value) };
  });
}

/** Name and value of each section. */
export function sectionLines(disclosures: string): (readonly [string, string])[] {
  if (disclosures === '') return [];
  return disclosures.split('\n').map((line) => {
    const end = line.indexOf(' ');
    return [line.slice(0, end), line.slice(end + 1)] as const;
  });
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
