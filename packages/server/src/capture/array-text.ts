// Reads PostgreSQL's text form of an array (documentation, "Array Input and Output Syntax").

import type { Json } from '@indelible/core';

/**
 * @param text for example {1,NULL,"a,b"}
 * @param element turns one element's text into a value
 * @returns the elements, nested as they are, or undefined when the array has bounds of its own ([2:3]={...})
 */
export function parseArrayText(text: string, element: (text: string) => Json): Json[] | undefined {
  if (!text.startsWith('{')) return undefined;
  const stack: Json[][] = [];
  let at = 0;
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
    } else if (char === ',') at++;
    else {
      const item = char === '"' ? quoted(text, at) : bare(text, at);
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

function bare(text: string, start: number): Item {
  let end = start;
  while (end < text.length && text[end] !== ',' && text[end] !== '}') end++;
  const value = text.slice(start, end);
  return { value: value === 'NULL' ? null : value, end };
}
