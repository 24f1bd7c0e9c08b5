// Publishes the tables of a source that appeared or changed while it is captured: each in a transaction of its own, so that
// one that is locked, or belongs to somebody else, keeps no other one out.

import type pg from 'pg';
import { CAPTURE_POLL_INTERVAL_MS, CAPTURE_PUBLISH_BACKOFF_MS_MAX, CAPTURE_PUBLISH_ROUND_MS_MAX } from '../../limits.ts';
import { qualified } from './catalog.ts';
import type { Plan, TableStep } from './publication-plan.ts';

interface PublishLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/** When something that failed is tried again. */
interface Wait {
  readonly untilMs: number;
  readonly pauseMs: number;
}

/** For what concerns no single table. */
const WHOLE = 0;

export class TablePublisher {
  readonly #source: string;
  readonly #log: PublishLog;
  readonly #waits = new Map<number, Wait>();
  readonly #told = new Set<string>();

  /** @param source its name */
  constructor(source: string, log: PublishLog) {
    this.#source = source;
    this.#log = log;
  }

  /**
   * Runs what is missing, as far as it is time.
   *
   * @param source a connection outside a transaction whose statements give up soon when a table is locked
   * @returns whether anything was altered
   */
  async publish(source: pg.ClientBase, { first, steps, refused }: Plan): Promise<boolean> {
    for (const { table, what, remedy } of refused) this.#tell(table, `${table} ${what}; ${remedy}`);
    const wanted = new Set([...(first.length === 0 ? [] : [WHOLE]), ...steps.map(({ table }) => table.oid)]);
    for (const oid of this.#waits.keys()) if (!wanted.has(oid)) this.#waits.delete(oid);
    if (first.length > 0 && !(await this.#try(source, WHOLE, 'the publication', first))) return false;
    let altered = first.length > 0;
    const endMs = Date.now() + CAPTURE_PUBLISH_ROUND_MS_MAX;
    for (const step of inOrder(steps, this.#waits)) {
      // The stream is not read meanwhile. What is left comes with the next look.
      if (Date.now() > endMs) break;
      if (await this.#try(source, step.table.oid, qualified(step.table), step.statements)) altered = true;
    }
    return altered;
  }

  async #try(source: pg.ClientBase, oid: number, what: string, statements: readonly string[]): Promise<boolean> {
    const wait = this.#waits.get(oid);
    if (wait !== undefined && Date.now() < wait.untilMs) return false;
    try {
      await source.query('begin');
      for (const statement of statements) await source.query(statement);
      await source.query('commit');
    } catch (error) {
      await source.query('rollback');
      const pauseMs = Math.min(wait === undefined ? CAPTURE_POLL_INTERVAL_MS : wait.pauseMs * 2, CAPTURE_PUBLISH_BACKOFF_MS_MAX);
      this.#waits.set(oid, { untilMs: Date.now() + pauseMs, pauseMs });
      this.#tell(what, `${what}: ${error instanceof Error ? error.message : String(error)}; it is tried again`);
      return false;
    }
    this.#waits.delete(oid);
    this.#log.info({ source: this.#source, statements }, `capture of ${this.#source} covers ${what}`);
    return true;
  }

  /** The same once. */
  #tell(table: string, message: string): void {
    if (this.#told.has(message)) return;
    this.#told.add(message);
    this.#log.warn({ source: this.#source, table }, `capture of ${this.#source} cannot cover ${message}`);
  }
}

/** Those that never failed come first, so that those that are locked do not use up the time. */
function inOrder(steps: readonly TableStep[], waits: ReadonlyMap<number, Wait>): TableStep[] {
  const until = ({ table }: TableStep): number => waits.get(table.oid)?.untilMs ?? 0;
  return [...steps].sort((a, b) => until(a) - until(b));
}
