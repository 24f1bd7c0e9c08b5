// Reads PostgreSQL's text form of a composite value (documentation, "Composite Type Input and Output Syntax") and of hstore.

import type { Json } from '@indelible/core';
import { setField } from '../rows/set-field.ts';

/**
 * @param text for example (1,"a ""b""",)
 * @param names of the attributes, in order
 * @param attribute turns one attribute's text into a value
 * @returns an object, or undefined when the text has another number of attributes: the type was altered meanwhile
 */
export function parseRecordText(
  text: string,
  names: readonly string[],
  attribute: (text: string, index: number) => Json,
): Json | undefined {
  const values = textsOf(text);
  // A type without attributes writes () as one with a single NULL does.
  if (values === undefined || values.length !== Math.max(names.length, 1)) return undefined;
  const record: Record<string, Json> = {};
  names.forEach((name, index) => {
    const value = values[index] ?? null;
    setField(record, name, value === null ? null : attribute(value, index));
  });
  return record;
}

/** The attributes' texts: nothing between two commas is NULL, "" is the empty text. */
function textsOf(text: string): (string | null)[] | undefined {
  if (!text.startsWith('(') || !text.endsWith(')')) return undefined;
  const values: (string | null)[] = [];
  const end = text.length - 1;
  for (let at = 1; ; at++) {
    const start = at;
    let value = '';
    let quoted = false;
    while (at < end && (quoted || text[at] !== ',')) {
      const char = text[at++] ?? '';
      if (char === '\\') value += text[at++] ?? '';
      else if (char !== '"') value += char;
      else if (quoted && text[at] === '"') value += text[at++] ?? '';
      else quoted = !quoted;
    }
    if (quoted) return undefined;
    values.push(at === start ? null : value);
    if (at >= end) return values;
  }
}

const PAIR = /"([^"\\]*(?:\\.[^"\\]*)*)"=>(?:"([^"\\]*(?:\\.[^"\\]*)*)"|NULL)(?:, |$)/sy;

/**
 * @param text for example "a"=>"1", "b"=>NULL
 * @returns an object of texts and nulls; undefined when the text is not what hstore writes
 */
export function parseHstoreText(text: string): Json | undefined {
  const record: Record<string, Json> = {};
  for (PAIR.lastIndex = 0; PAIR.lastIndex < text.length;) {
    const match = PAIR.exec(text);
    if (match === null) return undefined;
    setField(record, unescaped(match[1] ?? ''), match[2] === undefined ? null : unescaped(match[2]));
  }
  return record;
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/gs, '$1');
}
