// What the index has of a block: the distinct words of its events' texts and which events have each, the same of beginnings of
// words and of changed fields, and when the events were recorded and occurred.

import { setImmediate } from 'node:timers/promises';
import { fromSections, type Json, readingOf, searchableTexts, searchWords } from '@indelible/core';
import { sectionLines } from '../store/disclosures.ts';
import { type BlockPlaces, placesOf } from '../store/search-places.ts';
import type { BlockTimes, IndexedRow } from '../store/search-rows.ts';
import { ANY_WORD, BLOCK_EVENTS, BLOCK_WORDS_MAX, type Signature, signatureOf } from '../store/search-signature.ts';
import { tokenOfChanged, tokensOfWord } from '../store/search-tokens.ts';

/** Events whose words are found before others have their turn: a millisecond or so. */
const EVENTS_AT_ONCE = 16;

export interface BlockContent {
  readonly signature: Signature;
  /** Undefined where the block has too many words, or an event that cannot be read. */
  readonly places: BlockPlaces | undefined;
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
      words.add(row);
      if (index % EVENTS_AT_ONCE === EVENTS_AT_ONCE - 1) await setImmediate();
    }
  }
  return { ...words.content(), times: times ?? NEVER };
}

function widen(times: BlockTimes | undefined, { recordedMs, occurredMs }: IndexedRow): BlockTimes {
  return {
    recordedFromMs: Math.min(times?.recordedFromMs ?? recordedMs, recordedMs),
    recordedToMs: Math.max(times?.recordedToMs ?? recordedMs, recordedMs),
    occurredFromMs: Math.min(times?.occurredFromMs ?? occurredMs, occurredMs),
    occurredToMs: Math.max(times?.occurredToMs ?? occurredMs, occurredMs),
  };
}

/** The words of a block while it is read, each with its events; once there are too many, or one event cannot be read, none are kept. */
class WordCollection {
  readonly #places = new Map<string, number[]>();
  /** Names, and most values before and after a change, come again and again: the lists that each text adds to. */
  readonly #known = new Map<string, readonly number[][]>();
  #any = false;

  add({ seq, disclosures }: IndexedRow): void {
    if (this.#any) return;
    const place = seq % BLOCK_EVENTS;
    const texts = textsOf(disclosures);
    // What somebody has damaged must not keep the rest from being indexed; it is looked into by every query.
    if (texts === undefined) this.#giveUp();
    for (const text of texts?.searched ?? []) this.#put(text, place, (whole) => searchWords(whole).flatMap(tokensOfWord));
    for (const field of texts?.changed ?? []) this.#put(tokenOfChanged(field), place, (token) => [token]);
    if (this.#places.size > BLOCK_WORDS_MAX) this.#giveUp();
  }

  content(): Pick<BlockContent, 'signature' | 'places'> {
    if (this.#any) return { signature: ANY_WORD, places: undefined };
    return { signature: signatureOf(this.#places), places: placesOf(this.#places) };
  }

  #put(text: string, place: number, tokensOf: (text: string) => readonly string[]): void {
    if (this.#any) return;
    let lists = this.#known.get(text);
    if (lists === undefined) {
      lists = [...new Set(tokensOf(text))].map((token) => this.#listOf(token));
      this.#known.set(text, lists);
    }
    for (const list of lists) if (list.at(-1) !== place) list.push(place);
  }

  #listOf(token: string): number[] {
    const list = this.#places.get(token) ?? [];
    if (list.length === 0) this.#places.set(token, list);
    return list;
  }

  #giveUp(): void {
    this.#any = true;
    this.#places.clear();
    this.#known.clear();
  }
}

/** What a query looks into: of the event as readers see it, made of its disclosures alone. */
function textsOf(disclosures: string): { searched: readonly string[]; changed: ReadonlySet<string> } | undefined {
  try {
    const sections = sectionLines(disclosures).map(([name, value]) => [name, JSON.parse(value) as Json] as const);
    const event = fromSections({ id: '', tenant: '', t: 0 }, sections);
    return { searched: searchableTexts(event), changed: readingOf(event).changed() };
  } catch {
    return undefined;
  }
}
