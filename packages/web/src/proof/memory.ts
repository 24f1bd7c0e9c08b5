// What this browser remembers of a tenant's log: the key that it met first and the newest checkpoint that it verified. A
// server that changes its key, shortens its log or shows another one is found by this.

import { fromBase64 } from '@indelible/core';

export interface KnownLog {
  readonly origin: string;
  /** base64 of the raw 32 bytes: the key that was met first, or the one that it signed over to. */
  readonly publicKey: string;
  /** Milliseconds since 1970: when the key was met. */
  readonly sinceMs: number;
  /** The newest checkpoint that was verified: leaves, and the root as base64. */
  readonly size: number;
  readonly root: string;
  /** Milliseconds since 1970: when it was verified. */
  readonly atMs: number;
}

export interface LogMemory {
  readonly recall: (tenant: string) => KnownLog | undefined;
  /** Keeps it, unless a larger checkpoint of the same log was kept meanwhile: several tabs share one memory. */
  readonly keep: (tenant: string, known: KnownLog) => void;
  /** Begins anew: the next key is believed. For somebody who has learned why it changed. */
  readonly forget: (tenant: string) => void;
}

/** What of Storage is used. */
export type TextStore = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

const PREFIX = 'indelible.log.';

/** @example const memory = memoryIn(localStorage); */
export function memoryIn(store: TextStore): LogMemory {
  const recall = (tenant: string): KnownLog | undefined => readKnown(store.getItem(PREFIX + tenant));
  return {
    recall,
    keep: (tenant, known) => {
      const now = recall(tenant);
      if (now !== undefined && now.origin === known.origin && now.size > known.size) return;
      store.setItem(PREFIX + tenant, JSON.stringify(known));
    },
    forget: (tenant) => store.removeItem(PREFIX + tenant),
  };
}

/** Undefined for what nobody of us wrote. */
function readKnown(text: string | null): KnownLog | undefined {
  if (text === null) return undefined;
  try {
    const { origin, publicKey, sinceMs, size, root, atMs } = JSON.parse(text) as Partial<KnownLog>;
    if (typeof origin !== 'string' || typeof publicKey !== 'string' || typeof root !== 'string') return undefined;
    if (fromBase64(publicKey).length !== 32 || fromBase64(root).length !== 32) return undefined;
    if (!Number.isSafeInteger(size) || !Number.isFinite(sinceMs) || !Number.isFinite(atMs)) return undefined;
    return { origin, publicKey, sinceMs: sinceMs as number, size: size as number, root, atMs: atMs as number };
  } catch {
    return undefined;
  }
}
