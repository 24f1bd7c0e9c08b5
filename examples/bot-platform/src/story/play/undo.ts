// Taking a change back with what the trail says: the patch that undoes an event, and only where nothing has changed since.

import type { Undoing } from '../trail.ts';

/** Columns that a database keeps for itself. */
const KEPT_BY_THE_DATABASE = /^\/(updated_at|created_at)$/;

/**
 * The values to set, by their pointers (`/config/temperature`).
 *
 * @param row as it is now
 * @returns undefined where a test of the patch fails: somebody has changed it again since
 */
export function valuesToSet({ kind, patch }: Undoing, row: unknown): ReadonlyMap<string, unknown> | undefined {
  if (kind !== 'patch') return undefined;
  const operations = patch.filter(({ path }) => !KEPT_BY_THE_DATABASE.test(path));
  const isAsLeft = operations.every(({ op, path, value }) => op !== 'test' || JSON.stringify(valueAt(row, path)) === JSON.stringify(value));
  if (!isAsLeft) return undefined;
  return new Map(operations.flatMap(({ op, path, value }) => (op === 'replace' || op === 'add' ? [[path, value] as const] : [])));
}

/** What a JSON pointer (RFC 6901) leads to. */
function valueAt(row: unknown, path: string): unknown {
  return path
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>((value, step) => (typeof value === 'object' && value !== null ? Reflect.get(value, step) : undefined), row);
}
