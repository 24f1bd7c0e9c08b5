// Who holds the slot that this server may read now: a consumer that hangs (a stopped process, a host that went away) keeps
// its connection to the source for a minute or longer. Its sender is ended once it has been silent between two looks.

import type pg from 'pg';

const SILENT_MS = 5_000;
const ATTEMPTS = 4;
const ATTEMPT_MS = 250;

interface Holder {
  readonly pid: number;
  /** When the consumer reported last, by its own clock: only compared with itself. */
  readonly reported: string;
}

const OBJECT_IN_USE = '55006';

export class SlotHolder {
  #seen: (Holder & { readonly atMs: number }) | undefined;

  /**
   * Makes way for a stream. That it is not free is asked and not tried out: the source would write an error for each time.
   *
   * @throws Error with the code 55006 while somebody reads the slot
   */
  async free(source: pg.ClientBase, slot: string): Promise<void> {
    await this.evict(source, slot);
    const answer = await source.query<{ pid: number }>(
      'select active_pid as pid from pg_replication_slots where slot_name = $1 and active',
      [slot],
    );
    const holder = answer.rows[0];
    if (holder === undefined) return;
    throw Object.assign(new Error(`the slot ${slot} is still read by the process ${holder.pid} of the source`), { code: OBJECT_IN_USE });
  }

  /**
   * To be asked when the slot is busy although this server holds the source's lock. A consumer reports every second.
   *
   * @returns whether a silent one was ended
   */
  async evict(source: pg.ClientBase, slot: string): Promise<boolean> {
    const answer = await source.query<Holder>(
      `select r.pid, coalesce(r.reply_time, r.backend_start)::text as reported from pg_replication_slots s join pg_stat_replication r on r.pid = s.active_pid
       where s.slot_name = $1 and r.application_name = 'indelible-capture' and r.usename = current_user`,
      [slot],
    );
    const holder = answer.rows[0];
    const before = this.#seen;
    if (holder === undefined || before === undefined || holder.pid !== before.pid || holder.reported !== before.reported) {
      this.#seen = holder === undefined ? undefined : { ...holder, atMs: Date.now() };
      return false;
    }
    if (Date.now() - before.atMs < SILENT_MS) return false;
    this.#seen = undefined;
    // Told once, a sender goes on trying to say goodbye to its reader, who does not read; told again, it goes.
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const ended = await source.query<{ gone: boolean }>('select pg_terminate_backend($1, $2) as gone', [holder.pid, ATTEMPT_MS]);
      if (ended.rows[0]?.gone === true) break;
    }
    return true;
  }
}
