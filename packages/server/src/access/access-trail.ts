// The trail of the trail: who read, and who was refused. It is folded in memory by actor and kind, so that no reader waits for
// it, and written in the background. Nothing switches it off.
//
//   noted -> open (folds what follows) --its time is over--> closed (has its id) --written--> gone
//                                                               ^---- could not be written ----'

import { makeNewId } from '@indelible/core';
import {
  ACCESS_ANONYMOUS_MAX,
  ACCESS_CHARS_MAX,
  ACCESS_ENTRIES_MAX,
  ACCESS_WRITE_INTERVAL_MS,
  COMMIT_EVENTS_MAX,
  DENIALS_FOLDED_MS,
  READS_FOLDED_MS,
} from '../limits.ts';
import { OPERATOR_TENANT } from '../store/log-row.ts';
import type { Self } from '../store/self.ts';
import { type Access, type Entry, eventOf, fold, isFullFor, openEntry } from './access-entry.ts';
import { placeOf } from './address.ts';

export interface AccessTrailOptions {
  readonly self: Self;
  /** The log of a tenant; undefined when it has none. */
  readonly logOf: (tenant: string) => Promise<{ readonly logId: string } | undefined>;
  readonly onError: (error: Error) => void;
  readonly entriesMax?: number;
}

interface Closed {
  readonly id: string;
  readonly entry: Entry;
}

/** In place of actors who are too many to be named. */
const OTHERS = { actor: { type: 'unknown', name: 'others, too many to be named' }, attribution: 'none', context: {} } as const;
/** The part of all entries that one tenant may have: its readers never take the names of another one's readers. */
const SHARE_OF_TENANT = 0.1;
/** Tenants that are written to at a time. */
const TENANTS_AT_ONCE = 4;

function isAnonymous({ by }: Access): boolean {
  return by.actor.type === 'anonymous';
}

/** What somebody known is refused is soon told; whom nobody knows may be very many. */
function foldedMs(access: Access): number {
  const isRead = access.error === undefined || access.error.code === 'not_found';
  return isRead || isAnonymous(access) ? READS_FOLDED_MS : DENIALS_FOLDED_MS;
}

const newId = makeNewId();

export class AccessTrail {
  readonly #options: AccessTrailOptions;
  readonly #open = new Map<string, Entry>();
  /** How many of the open ones are of people whom nobody knows. */
  #anonymous = 0;
  /** How much is named of what was asked, in all that wait. */
  #chars = 0;
  /** How many wait of each tenant, open and closed. */
  readonly #waiting = new Map<string, number>();
  #closed: Closed[] = [];
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(options: AccessTrailOptions) {
    this.#options = options;
  }

  /** How many events wait. */
  get size(): number {
    return this.#open.size + this.#closed.length;
  }

  start(): void {
    this.#timer = setInterval(() => void this.flush().catch(this.#options.onError), ACCESS_WRITE_INTERVAL_MS).unref();
  }

  /** Writes everything that was noted. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.flush(Number.POSITIVE_INFINITY);
  }

  note(access: Access, nowMs: number = Date.now()): void {
    const [name, taken] = this.#placeOf(access);
    let entry = this.#open.get(name);
    // Whoever asks much hides nothing by it: what has no place goes into an event of its own, as long as there is room.
    if (entry !== undefined && !isAnonymous(taken) && isFullFor(entry, taken) && this.#hasRoom(taken)) {
      this.#close(name, entry);
      entry = undefined;
    }
    if (entry === undefined) {
      this.#open.set(name, (entry = openEntry(taken, nowMs)));
      if (isAnonymous(taken)) this.#anonymous++;
      this.#count(taken.tenant, 1);
    }
    const before = entry.chars;
    fold(entry, access, nowMs, ACCESS_CHARS_MAX - this.#chars);
    this.#chars += entry.chars - before;
  }

  /**
   * Writes what is over; what cannot be written is kept for the next time, and is written once however often that is tried.
   *
   * @param nowMs milliseconds since 1970; infinite for everything
   */
  flush(nowMs: number = Date.now()): Promise<void> {
    for (const [name, entry] of this.#open) {
      if (nowMs - entry.firstMs >= foldedMs(entry.first)) this.#close(name, entry);
    }
    const writing = this.#writing.then(() => this.#write());
    this.#writing = writing.catch(() => undefined);
    return writing;
  }

  #close(name: string, entry: Entry): void {
    this.#open.delete(name);
    if (isAnonymous(entry.first)) this.#anonymous--;
    this.#closed.push({ id: newId(), entry });
  }

  #count(tenant: string, more: number): void {
    const count = (this.#waiting.get(tenant) ?? 0) + more;
    if (count === 0) this.#waiting.delete(tenant);
    else this.#waiting.set(tenant, count);
  }

  get #most(): number {
    return this.#options.entriesMax ?? ACCESS_ENTRIES_MAX;
  }

  #hasRoom(access: Access): boolean {
    if (this.size >= this.#most || (isAnonymous(access) && this.#anonymous >= ACCESS_ANONYMOUS_MAX)) return false;
    return (this.#waiting.get(access.tenant) ?? 0) < this.#most * SHARE_OF_TENANT;
  }

  /** Where it is folded: with the same actor's, or where there are too many of those, with all others of the tenant or of all tenants. */
  #placeOf(access: Access): [name: string, access: Access] {
    const { tenant, action, by, error } = access;
    const { actor, attribution, context } = by;
    // Of those who are nobody an address is all that is known, and a customer of a provider has very many of IPv6.
    const who = actor.id ?? placeOf(context.ip ?? '') ?? '';
    // A platform calls its viewers what it likes: what came by a token is never folded with the person of that id.
    const way = [attribution, context.authMethod, context.sessionId];
    const own = JSON.stringify([tenant, action, error?.code, actor.type, who, ...way]);
    if (this.#open.has(own) || this.#hasRoom(access)) return [own, access];
    const ofTenant = JSON.stringify([tenant, action, error?.code]);
    if (this.#open.has(ofTenant) || this.size < this.#most * 2) return [ofTenant, { ...access, by: OTHERS }];
    return [JSON.stringify([action, error?.code]), { ...access, by: OTHERS, tenant: OPERATOR_TENANT }];
  }

  async #write(): Promise<void> {
    const byTenant = new Map<string, Closed[]>();
    for (const closed of this.#closed) {
      const { tenant } = closed.entry.first;
      const group = byTenant.get(tenant);
      if (group === undefined) byTenant.set(tenant, [closed]);
      else group.push(closed);
    }
    const groups = [...byTenant];
    const faults: Error[] = [];
    const work = async (): Promise<void> => {
      for (let group = groups.pop(); group !== undefined; group = groups.pop())
        await this.#writeGroup(...group).catch((error: unknown) => faults.push(error as Error));
    };
    await Promise.all(Array.from({ length: TENANTS_AT_ONCE }, work));
    const [fault] = faults;
    if (fault !== undefined) throw fault;
  }

  async #writeGroup(tenant: string, group: readonly Closed[]): Promise<void> {
    const log = await this.#options.logOf(tenant);
    // No more at a time than others wait for.
    for (let from = 0; from < group.length; from += COMMIT_EVENTS_MAX) {
      const part = group.slice(from, from + COMMIT_EVENTS_MAX);
      const events = part.map(({ id, entry }) => eventOf(entry, id, log?.logId));
      // Reading makes no log.
      await this.#options.self(log === undefined ? OPERATOR_TENANT : tenant, events);
      const written = new Set(part);
      this.#count(tenant, -part.length);
      this.#chars -= part.reduce((sum, { entry }) => sum + entry.chars, 0);
      this.#closed = this.#closed.filter((closed) => !written.has(closed));
    }
  }
}
