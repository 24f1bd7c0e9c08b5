// Events of one resource for tests of its history: minute by minute.

import fc from 'fast-check';
import { expect } from 'vitest';
import { diff, sameJson } from '../event/diff.ts';
import type { Change, Json, JsonObject, Operation } from '../event/types.ts';
import type { PatchOperation } from './json-patch.ts';
import type { HistoryEvent } from './types.ts';

export const at = (minute: number): string => new Date(Date.UTC(2026, 10, 1, 0, minute)).toISOString();
export const ms = (minute: number): number => Date.parse(at(minute));

export function event(
  minute: number,
  verb: string,
  operation: Operation,
  change?: Partial<Change>,
  kind: 'postgres' | 'api' = 'postgres',
): HistoryEvent {
  const whole = change && { fields: diff(change.before, change.after), ...change };
  return {
    id: `e${minute}`,
    seq: minute,
    action: `bot.${verb}`,
    operation,
    occurredAt: at(minute),
    actor: { type: 'user', id: `usr_${minute}`, attribution: 'verified' },
    source: { kind },
    ...(whole && { change: whole }),
  };
}

export const created = (minute: number, after: JsonObject): HistoryEvent => event(minute, 'created', 'create', { after });
export const updated = (minute: number, before: JsonObject, after: JsonObject): HistoryEvent =>
  event(minute, 'updated', 'update', { before, after });

const name = fc.constantFrom('a', 'b', 'a/b', '~', '__proto__', 'c');
const scalar = fc.constantFrom<Json>(1, 2, 'x', null, true);
const { value } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    scalar,
    fc.array(scalar, { maxLength: 2 }),
    fc.dictionary(name, tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
}));
/** A row of random columns, nested and oddly named. */
export const row = fc.dictionary(name, value, { maxKeys: 4, noNullPrototype: true });

/** RFC 6902 for the operations that are used here. */
export function patched(root: JsonObject, operations: readonly PatchOperation[]): JsonObject {
  const copy = structuredClone(root) as Record<string, Json>;
  for (const operation of operations) {
    const steps = operation.path
      .slice(1)
      .split('/')
      .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
    const last = steps.pop() ?? '';
    let target = copy;
    for (const step of steps) target = target[step] as Record<string, Json>;
    if (operation.op === 'test') expect(sameJson(target[last] as Json, operation.value)).toBe(true);
    else if (operation.op === 'remove') delete target[last];
    else Object.defineProperty(target, last, { value: operation.value, enumerable: true, configurable: true, writable: true });
  }
  return copy;
}
