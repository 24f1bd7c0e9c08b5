// Two lists as one: which item is which. Items that are objects with an id (or key, name, ...) are known by it wherever
// they stand; others by their order, as a longest common subsequence.

import type { Json } from '@indelible/core/event';
import { align, increasing } from './align.ts';
import { isList, isRecord, spelling } from './values.ts';

export interface ListItem {
  readonly kind: 'same' | 'changed' | 'added' | 'removed';
  /** What the item is known by: `id` and `"web"`. */
  readonly by?: { readonly key: string; readonly value: string | number };
  readonly before?: { readonly index: number; readonly value: Json };
  readonly after?: { readonly index: number; readonly value: Json };
  /** True when it changed places with other items. */
  readonly moved: boolean;
}

const IDENTITY_KEYS = ['id', 'key', 'name', 'uuid', '_id', 'slug', 'path', 'email'] as const;

/** In the order of `after`; what was removed stands where it was. */
export function listItems(before: readonly Json[], after: readonly Json[]): ListItem[] {
  const key = identityKey(before, after);
  return key === undefined ? byOrder(before, after) : byIdentity(before, after, key);
}

/** The first key that every item on both sides has, unique on each side. */
function identityKey(before: readonly Json[], after: readonly Json[]): string | undefined {
  if (before.length + after.length === 0) return undefined;
  return IDENTITY_KEYS.find((key) => isIdentity(before, key) && isIdentity(after, key));
}

function isIdentity(items: readonly Json[], key: string): boolean {
  const seen = new Set(items.map((item) => identityOf(item, key)));
  return !seen.has(undefined) && seen.size === items.length;
}

function identityOf(item: Json, key: string): string | number | undefined {
  const value = isRecord(item) && Object.hasOwn(item, key) ? item[key] : undefined;
  return typeof value === 'string' || typeof value === 'number' ? value : undefined;
}

function byIdentity(before: readonly Json[], after: readonly Json[], key: string): ListItem[] {
  const was = new Map(before.map((value, index) => [identityOf(value, key) as string | number, { index, value }]));
  const kept = after.flatMap((value) => was.get(identityOf(value, key) as string | number)?.index ?? []);
  const inPlace = new Set(increasing(kept).map((at) => kept[at] as number));
  const is = new Set(after.map((value) => identityOf(value, key)));
  const result: ListItem[] = [];
  let next = 0;
  // Removed items come before the first item in place that stood after them.
  const removedUpTo = (end: number): void => {
    for (; next < end; next++) {
      const value = before[next] as Json;
      const identity = identityOf(value, key) as string | number;
      if (!is.has(identity)) result.push({ kind: 'removed', by: { key, value: identity }, before: { index: next, value }, moved: false });
    }
  };
  after.forEach((value, index) => {
    const identity = identityOf(value, key) as string | number;
    const old = was.get(identity);
    const by = { key, value: identity };
    if (old === undefined) return result.push({ kind: 'added', by, after: { index, value }, moved: false });
    if (inPlace.has(old.index)) removedUpTo(old.index);
    const kind = spelling(old.value) === spelling(value) ? 'same' : 'changed';
    return result.push({ kind, by, before: old, after: { index, value }, moved: !inPlace.has(old.index) });
  });
  removedUpTo(before.length);
  return result;
}

function byOrder(before: readonly Json[], after: readonly Json[]): ListItem[] {
  const result: ListItem[] = [];
  let beforeAt = 0;
  let afterAt = 0;
  const end = { before: before.length, after: after.length, length: 0 };
  for (const run of [...align(before.map(spelling), after.map(spelling)), end]) {
    result.push(...replaced(before, after, { beforeAt, afterAt, beforeTo: run.before, afterTo: run.after }));
    for (let index = 0; index < run.length; index++) {
      const [was, is] = [run.before + index, run.after + index];
      result.push({
        kind: 'same',
        before: { index: was, value: before[was] as Json },
        after: { index: is, value: after[is] as Json },
        moved: false,
      });
    }
    beforeAt = run.before + run.length;
    afterAt = run.after + run.length;
  }
  return result;
}

interface Gap {
  readonly beforeAt: number;
  readonly beforeTo: number;
  readonly afterAt: number;
  readonly afterTo: number;
}

/** As many items for as many: each took the place of the one before it, where both are of one kind that is opened. */
function replaced(before: readonly Json[], after: readonly Json[], { beforeAt, beforeTo, afterAt, afterTo }: Gap): ListItem[] {
  const removed = Array.from({ length: beforeTo - beforeAt }, (_, at) => ({ index: beforeAt + at, value: before[beforeAt + at] as Json }));
  const added = Array.from({ length: afterTo - afterAt }, (_, at) => ({ index: afterAt + at, value: after[afterAt + at] as Json }));
  if (removed.length === added.length && removed.every((item, at) => isSameKind(item.value, (added[at] as { value: Json }).value))) {
    return removed.map((item, at) => ({ kind: 'changed', before: item, after: added[at] as { index: number; value: Json }, moved: false }));
  }
  return [
    ...removed.map((item): ListItem => ({ kind: 'removed', before: item, moved: false })),
    ...added.map((item): ListItem => ({ kind: 'added', after: item, moved: false })),
  ];
}

function isSameKind(before: Json, after: Json): boolean {
  return (isRecord(before) && isRecord(after)) || (isList(before) && isList(after));
}
