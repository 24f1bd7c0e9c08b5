// Runs statements on a captured source and gives the events that they made, all of them and nothing else.

import type { AuditEvent } from '@indelible/core';
import { type CaptureTest, openCaptureTest, readEvents, transaction, until } from '../capture.test.fixture.ts';

export interface RowsTest {
  readonly app: CaptureTest;
  /** In one transaction. The events of every tenant, in the order of the stream. */
  run(...statements: readonly string[]): Promise<AuditEvent[]>;
  /** Outside a transaction, one after the other. */
  each(...statements: readonly string[]): Promise<AuditEvent[]>;
}

/** A capture that runs. The schema gets a table of marks, by which it is known that everything before them has arrived. */
export async function openRows(schema: string, url: string): Promise<RowsTest> {
  const app = await openCaptureTest(`create table marks (id int primary key); ${schema}`, url);
  await app.setup();
  app.start();
  let mark = 0;
  let seen = new Set<string>();
  const since = async (): Promise<AuditEvent[]> => {
    const id = String(++mark);
    await app.source.query('insert into marks values ($1)', [id]);
    const marked = `select from indelible.event where action = 'mark.created' and resource_id = $1`;
    await until(async () => (await app.store.owner.query(marked, [id])).rowCount === 1);
    const events = (await readEvents(app.store.owner)).filter(({ source }) => source.kind === 'postgres');
    const key = (event: AuditEvent): string => `${event.tenant} ${event.id}`;
    const fresh = events.filter((event) => !seen.has(key(event)) && !event.action.startsWith('mark.') && event.tenant !== '_operator');
    seen = new Set(events.map(key));
    return fresh.sort((a, b) => compare(orderOf(a), orderOf(b)));
  };
  return {
    app,
    run: async (...statements) => {
      await transaction(app.source, statements);
      return since();
    },
    each: async (...statements) => {
      for (const statement of statements) await app.source.query(statement);
      return since();
    },
  };
}

/** The place in the stream, so written that texts sort as places do. */
function orderOf({ source, tenant }: AuditEvent): string {
  const [lsn = '', ordinal = ''] = (source.position ?? '').split(':');
  return [...lsn.split('/').map((part) => part.padStart(8, '0')), ordinal.padStart(8, '0'), tenant].join('/');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** An event in one line: action and resource id. @example "bot.created 1" */
export function line({ action, resource }: AuditEvent): string {
  return resource?.id === undefined ? action : `${action} ${resource.id}`;
}
