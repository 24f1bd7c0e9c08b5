// The stored text of an event's disclosures, taken apart, and the entry that they make.

import { commitment, entry } from '@indelible/core';
import { nodeHash } from './node-hash.ts';

/** One disclosure: its very bytes and the name of its section. */
export interface DisclosedText {
  readonly name: string;
  readonly text: string;
}

/** Where the name of the section begins: ["<salt: 22 characters>","<name>",{...}] */
export const NAME_AT = '["'.length + 22 + '","'.length;

/** The disclosures of an event, in the order of their section names. */
export function splitDisclosures(disclosures: string): DisclosedText[] {
  if (disclosures === '') return [];
  return disclosures.split('\n').map((text) => ({ name: text.slice(NAME_AT, text.indexOf('"', NAME_AT)), text }));
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
