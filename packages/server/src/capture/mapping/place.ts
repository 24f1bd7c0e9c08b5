// Where in a YAML text something stands, so that a fault can be found by those who wrote it.

import { type Document, isAlias, isMap, isNode, isPair, isScalar, isSeq, type LineCounter } from 'yaml';

export type Path = readonly PropertyKey[];

/**
 * Line and column, both from 1, of what a path leads to; of the nearest thing on the way when it leads to nothing.
 *
 * @param path keys and indexes from the top: ['tables', 'public.bots', 'id', 0]
 * @example placeOf(document, lines, ['tables', 'public.bots']) // "3:5", where the key stands
 */
export function placeOf(document: Document, lines: LineCounter, path: Path): string {
  let node: unknown = document.contents;
  let offset = isNode(node) ? (node.range?.[0] ?? 0) : 0;
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document);
    let found: unknown;
    if (isMap(node)) {
      const pair = node.items.find((item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(step));
      if (pair === undefined) break;
      // A key is what people look for; what it holds may begin some lines below.
      if (isScalar(pair.key)) offset = pair.key.range?.[0] ?? offset;
      found = pair.value;
    } else if (isSeq(node)) {
      found = node.items[Number(step)];
      if (isNode(found)) offset = found.range?.[0] ?? offset;
    } else break;
    node = found;
  }
  return placeAt(lines, offset);
}

export function placeAt(lines: LineCounter, offset: number): string {
  const { line, col } = lines.linePos(offset);
  return `${line}:${col}`;
}
