// Reads PostgreSQL's text form of an array (documentation, "Array Input and Output Syntax").

import type { Json } from '@indelible/core';

/**
 * @param text for example {1,NULL,"a,b"}; bounds before it ([2:3]={...}) are passed over
 * @param element turns one element's text into a value
 * @returns the elements, nested as they are, or undefined when the text is not an array's
 */
export function parseArrayText(text: string, element: (text: string) => Json, delimiter = ','): Json[] | undefined {
  const stack: Json[][] = [];
  let at = text.startsWith('[') ? text.indexOf('=') + 1 : 0;
  if (text[at] !== '{') return undefined;
  while (at < text.length) {
    const char = text[at];
    if (char === '{') {
      stack.push([]);
      at++;
    } else if (char === '}') {
      const done = stack.pop();
      if (done === undefined) return undefined;
      at++;
      const outer = stack.at(-1);
      if (outer === undefined) return at === text.length ? done : undefined;
      outer.push(done);
    } else if (char === delimiter) at++;
    else {
      const item = char === '"' ? quoted(text, at) : bare(text, at, delimiter);
      if (item === undefined) return undefined;
      stack.at(-1)?.push(item.value === null ? null : element(item.value));
      at = item.end;
    }
  }
  return undefined;
}

interface Item {
  readonly value: string | null;
  readonly end: number;
}

function quoted(text: string, start: number): Item | undefined {
  let value = '';
  for (let at = start + 1; at < text.length; at++) {
    const char = text[at];
    if (char === '"') return { value, end: at + 1 };
    value += char === '\\' ? text[++at] : char;
  }
  return undefined;
}

function bare(text: string, start: number, delimiter: string): Item {
  let end = start;
  while (end < text.length && text[end] !== delimiter && text[end] !== '}') end++;
  const value = text.slice(start, end);
  return { value: value === 'NULL' ? null : value, end };
}
