// Remembers that keys are used, and from where, without a request waiting for it: what is noted in memory is written together
// every few seconds. A key that is used from where it never was is an event in its tenant's log.

import type pg from 'pg';
import { KEY_USE_INTERVAL_MS, KEY_USE_PLACES_MAX } from '../limits.ts';
import { type KeyUsed, noteKeyAddresses, noteKeysUsed } from '../store/key-use.ts';
import { OPERATOR_TENANT } from '../store/log-row.ts';
import { inTransaction } from '../store/pool.ts';
import { recordIn } from '../store/self.ts';
import { placeOf } from './address.ts';

const MINUTE_MS = 60_000;
/** Addresses that one event names; the others are counted. */
const NAMED_MAX = 20;

export interface KeyUseOptions {
  readonly appender: pg.Pool;
  readonly onError: (error: Error) => void;
}

export class KeyUse {
  readonly #options: KeyUseOptions;
  /** What is to be written. */
  #used = new Map<string, KeyUsed>();
  #places = new Map<string, { readonly id: string; readonly address: string }>();
  /** What was written: places, and when (milliseconds since 1970) the use of a key. */
  readonly #known = new Set<string>();
  readonly #writtenAt = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(options: KeyUseOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setInterval(() => void this.flush().catch(this.#options.onError), KEY_USE_INTERVAL_MS).unref();
  }

  /** Writes what is left. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.flush();
  }

  /** @param address undefined where there is no connection */
  note(id: string, address: string | undefined, nowMs: number = Date.now()): void {
    if (nowMs - (this.#writtenAt.get(id) ?? 0) >= MINUTE_MS) {
      this.#used.set(id, { id, address, at: new Date(nowMs) });
    }
    const place = address === undefined ? undefined : placeOf(address);
    if (place === undefined) return;
    const name = `${id} ${place}`;
    // More than are remembered wait for the next time that they are used.
    if (!this.#known.has(name) && this.#places.size < KEY_USE_PLACES_MAX) this.#places.set(name, { id, address: place });
  }

  /** Writes what was noted so far. What cannot be written is kept for the next time. */
  flush(): Promise<void> {
    const writing = this.#writing.then(() => this.#write());
    this.#writing = writing.catch(() => undefined);
    return writing;
  }

  async #write(): Promise<void> {
    const used = this.#used;
    const places = this.#places;
    if (used.size === 0 && places.size === 0) return;
    this.#used = new Map();
    this.#places = new Map();
    try {
      await inTransaction(this.#options.appender, async (tx) => {
        if (used.size > 0) await noteKeysUsed(tx, [...used.values()]);
        if (places.size > 0) await recordPlaces(tx, [...places.values()]);
      });
    } catch (error) {
      this.#used = new Map([...used, ...this.#used]);
      this.#places = new Map([...places, ...this.#places]);
      throw error;
    }
    if (this.#known.size + places.size > KEY_USE_PLACES_MAX) this.#known.clear();
    for (const name of places.keys()) this.#known.add(name);
    if (this.#writtenAt.size + used.size > KEY_USE_PLACES_MAX) this.#writtenAt.clear();
    for (const { id, at } of used.values()) this.#writtenAt.set(id, at.getTime());
  }
}

async function recordPlaces(tx: pg.ClientBase, seen: readonly { readonly id: string; readonly address: string }[]): Promise<void> {
  const added = await noteKeyAddresses(tx, seen);
  const byKey = new Map<string, typeof added>();
  for (const row of added) byKey.set(row.id, [...(byKey.get(row.id) ?? []), row]);
  const keys = [...byKey.values()].map((rows) => ({ rows, tenant: rows[0]?.tenant ?? OPERATOR_TENANT }));
  // In the order of the tenants' names: of two that write to the same logs neither waits for the other for ever.
  keys.sort((a, b) => (a.tenant < b.tenant ? -1 : 1));
  for (const { rows, tenant } of keys) {
    const [first] = rows;
    if (first === undefined) continue;
    const { id, name } = first;
    const addresses = rows.slice(0, NAMED_MAX).map(({ address }) => address);
    await recordIn(tx, tenant, {
      action: 'api_key.used',
      actor: { type: 'api_key', id, name },
      resource: { type: 'api_key', id, name },
      context: { ip: first.address, authMethod: 'api_key', reason: 'used from where it was not used before' },
      metadata: { addresses, ...(rows.length > NAMED_MAX ? { further: rows.length - NAMED_MAX } : {}) },
    });
  }
}
