// The four methods by which a query hears of answers: what they were, and how to put them back.

import type { PgQuery } from './driver.ts';

export interface Handlers {
  readonly own: {
    readonly row: PgQuery['handleRowDescription'];
    readonly data: PgQuery['handleDataRow'];
    readonly complete: PgQuery['handleCommandComplete'];
    readonly error: PgQuery['handleError'];
  };
  /** May be called twice. */
  readonly restore: () => void;
}

/** Taken before they are replaced. They are put back as properties of the query itself: deleting one would slow the object down. */
export function handlersOf(query: PgQuery): Handlers {
  const own = {
    row: query.handleRowDescription,
    data: query.handleDataRow,
    complete: query.handleCommandComplete,
    error: query.handleError,
  };
  const restore = (): void => {
    query.handleRowDescription = own.row;
    query.handleDataRow = own.data;
    query.handleCommandComplete = own.complete;
    query.handleError = own.error;
  };
  return { own, restore };
}
