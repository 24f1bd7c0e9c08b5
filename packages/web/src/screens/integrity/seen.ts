// The checkpoints that this browser verified, the newest first: how the log grew as somebody saw it who is not its server.

import type { TextStore } from '../../proof/memory.ts';

export interface Seen {
  readonly size: number;
  /** base64 */
  readonly root: string;
  /** Milliseconds since 1970. */
  readonly atMs: number;
}

const PREFIX = 'indelible.seen.';
const KEPT_MAX = 50;

export function readSeen(store: TextStore, tenant: string): readonly Seen[] {
  try {
    const kept: unknown = JSON.parse(store.getItem(PREFIX + tenant) ?? '[]');
    return Array.isArray(kept) ? kept.filter(isSeen) : [];
  } catch {
    return [];
  }
}

/** A size that was seen already keeps its first time. */
export function keepSeen(store: TextStore, tenant: string, seen: Seen): void {
  const others = readSeen(store, tenant);
  if (others.some(({ size, root }) => size === seen.size && root === seen.root)) return;
  store.setItem(PREFIX + tenant, JSON.stringify([seen, ...others].slice(0, KEPT_MAX)));
}

export function forgetSeen(store: TextStore, tenant: string): void {
  store.removeItem(PREFIX + tenant);
}

function isSeen(value: unknown): value is Seen {
  if (typeof value !== 'object' || value === null) return false;
  const { size, root, atMs } = value as Partial<Record<keyof Seen, unknown>>;
  return Number.isSafeInteger(size) && typeof root === 'string' && Number.isFinite(atMs);
}
