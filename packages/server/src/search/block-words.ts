// What a block's signature is made of: the distinct words of its events' texts, and when they were recorded and occurred.

import { setImmediate } from 'node:timers/promises';
import { fromSections, type Json, searchableTexts, searchWords } from '@indelible/core';
import { sectionLines } from '../store/disclosures.ts';
import type { BlockTimes, IndexedRow } from '../store/search-rows.ts';
import { ANY_WORD, BLOCK_WORDS_MAX, type Signature, signatureOf } from '../store/search-signature.ts';

/** Events whose words are found before others have their turn: a millisecond or so. */
const EVENTS_AT_ONCE = 16;

export interface BlockContent {
  readonly signature: Signature;
  readonly times: BlockTimes;
}

/** Of a block without events: an empty filter, and times that nobody asks for. */
const NEVER: BlockTimes = { recordedFromMs: 0, recordedToMs: 0, occurredFromMs: 0, occurredToMs: 0 };

/** @param portions the events that are there of a block */
export async function contentOf(portions: AsyncIterable<readonly IndexedRow[]>): Promise<BlockContent> {
  const words = new WordCollection();
  let times: BlockTimes | undefined;
  for await (const rows of portions) {
    for (const [index, row] of rows.entries()) {
      times = widen(times, row);
      words.add(row.disclosures);
      if (index % EVENTS_AT_ONCE === EVENTS_AT_ONCE - 1) await setImmediate();
    }
  }
  return { signature: words.signature(), times: times ?? NEVER };
}

function widen(times: BlockTimes | undefined, { recordedMs, occurredMs }: IndexedRow): BlockTimes {
  return {
    recordedFromMs: Math.min(times?.recordedFromMs ?? recordedMs, recordedMs),
    recordedToMs: Math.max(times?.recordedToMs ?? recordedMs, recordedMs),
    occurredFromMs: Math.min(times?.occurredFromMs ?? occurredMs, occurredMs),
    occurredToMs: Math.max(times?.occurredToMs ?? occurredMs, occurredMs),
  };
}

/** The words of a block while it is read; once there are too many, or one event cannot be read, none are kept. */
class WordCollection {
  readonly #words = new Set<string>();
  /** Names, and most values before and after a change, come again and again. */
  readonly #seen = new Set<string>();
  #any = false;

  add(disclosures: string): void {
    if (this.#any) return;
    const texts = textsOf(disclosures);
    // What somebody has damaged must not keep the rest from being indexed; it is looked into by every query.
    if (texts === undefined) this.#giveUp();
    for (const text of texts ?? []) {
      if (this.#any) return;
      if (this.#seen.has(text)) continue;
      this.#seen.add(text);
      for (const word of searchWords(text)) this.#words.add(word);
      if (this.#words.size > BLOCK_WORDS_MAX) this.#giveUp();
    }
  }

  signature(): Signature {
    return this.#any ? ANY_WORD : signatureOf(this.#words);
  }

  #giveUp(): void {
    this.#any = true;
    this.#words.clear();
    this.#seen.clear();
  }
}

/** The texts that a query looks into: of the event as readers see it, made of its disclosures alone. */
function textsOf(disclosures: string): string[] | undefined {
  try {
    const sections = sectionLines(disclosures).map(([name, value]) => [name, JSON.parse(value) as Json] as const);
    return searchableTexts(fromSections({ id: '', tenant: '', t: 0 }, sections));
  } catch {
    return undefined;
  }
}
