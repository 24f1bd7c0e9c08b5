// What capture has counted since the source was set up. Kept with the cursor, so that nothing is counted twice.

const NAMES = [
  /** Row changes read. */
  'rows',
  /** Events written; a row that changes its tenant makes two. */
  'events',
  /** Updates that left every value as it was. */
  'skippedUnchanged',
  /** Updates that changed nothing but noise columns. */
  'skippedNoise',
  /** Row changes of tables that the mapping file says to skip. */
  'skippedByMapping',
  /** Events in the default tenant, because the row does not say whose it is. */
  'tenantUnknown',
  /** Changes behind the application's back. */
  'unattributed',
  /** Attribution messages that could not be used, or not whole. */
  'messagesUnsound',
  /** Rows under a genuine message that an earlier transaction had used, or that is too old, from the future, or for another database. */
  'noncesReplayed',
  /** Events that lack a value, and say so. */
  'valuesUnavailable',
  /** Events of rows that could not be read: they hold no value, and the log of the server names the table. */
  'valuesUnreadable',
] as const;

export type Counters = Record<(typeof NAMES)[number], number>;

export function countersFrom(stored: Readonly<Record<string, number>>): Counters {
  return Object.fromEntries(NAMES.map((name) => [name, stored[name] ?? 0])) as Counters;
}
