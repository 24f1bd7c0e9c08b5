// The inner shape of node-postgres (pg 8.16 and later) that the patch relies on, and the check that it is there.
// The types of @types/pg show the outside only; everything that is assumed about the inside stands in this file.

import type { EventEmitter } from 'node:events';

export type TransactionStatus = 'I' | 'T' | 'E';

export interface PgConnection extends EventEmitter {
  parse: (message: { readonly name: string; readonly text: string; readonly types: readonly number[] }) => void;
  bind: (message: { readonly portal: string; readonly statement: string; readonly values: readonly string[] }) => void;
  describe: (message: { readonly type: 'P'; readonly name: string }) => void;
  execute: (message: { readonly portal: string; readonly rows: number }) => void;
  close: (message: { readonly type: 'S'; readonly name: string }) => void;
  sync: () => void;
  query: (text: string) => void;
  /** Named statements on their way; absent before pg 8.17. */
  readonly submittedNamedStatements?: Record<string, string>;
}

export interface ServerError extends Error {
  readonly severity: string;
  readonly code: string;
  position?: string;
}

type Callback = (error: Error | null | undefined, result?: unknown) => void;

/** pg's own Query, or another Submittable such as a cursor or a COPY stream, which has fewer of these. */
export interface PgQuery {
  name?: string | undefined;
  callback?: Callback | undefined;
  query_timeout?: number;
  queryMode?: string | undefined;
  binary?: boolean | undefined;
  requiresPreparation?: () => boolean;
  submit: (connection: PgConnection) => Error | null | undefined;
  handleRowDescription: (message: unknown) => void;
  handleDataRow: (message: unknown) => void;
  handleCommandComplete: (message: unknown, connection: PgConnection) => void;
  handleError: (error: Error, connection: PgConnection) => void;
}

export interface PgClient {
  readonly connection?: PgConnection;
  readonly pipeline?: boolean;
  readonly host?: string;
  readonly port?: number;
  readonly database?: string;
  readonly user?: string;
  /** Of the server, or what a pooler gave instead. */
  readonly processID?: number | null;
  getTransactionStatus?(): TransactionStatus | null;
}

export type Method<This> = (this: This, ...args: unknown[]) => unknown;

export interface PgInternals {
  readonly client: { query: Method<PgClient>; connect: Method<PgClient> };
  readonly pool: { connect: Method<unknown> };
  readonly Query: new (config: unknown, values?: unknown, callback?: unknown) => PgQuery;
}

/** The module `pg`, however it was imported: its default export, its namespace, or what require() gives. */
export interface PgModule {
  readonly Client: unknown;
  readonly Pool: unknown;
  readonly Query?: unknown;
}

/**
 * Finds the prototypes to patch.
 *
 * @throws TypeError when this is not node-postgres, or is its native variant, which has no wire to write on.
 */
export function internalsOf(pg: PgModule): PgInternals {
  const Client = classOf(pg.Client);
  const Query = classOf(pg.Query) ?? classOf(Client?.Query);
  const client = Client?.prototype;
  const pool = ownerOf(classOf(pg.Pool)?.prototype, 'connect');
  const fits =
    has(client, ['query', 'connect']) && has(Query?.prototype, ['submit', 'handleError', 'handleCommandComplete', 'requiresPreparation']);
  if (!fits || pool === undefined)
    throw new TypeError('attributeQueries expects the module "pg" (node-postgres 8.16 or later, not pg-native): attributeQueries(pg)');
  return { client, pool, Query } as unknown as PgInternals;
}

interface AnyClass {
  readonly prototype: object;
  readonly Query?: unknown;
}

function classOf(value: unknown): AnyClass | undefined {
  return typeof value === 'function' ? value : undefined;
}

function has(value: object | undefined, methods: readonly string[]): boolean {
  return value !== undefined && methods.every((method) => typeof Reflect.get(value, method) === 'function');
}

/** pg.Pool is a subclass made by pg; its `connect` lives on the prototype of pg-pool. */
function ownerOf(prototype: object | undefined, method: string): object | undefined {
  for (let owner: object | null = prototype ?? null; owner !== null; owner = Object.getPrototypeOf(owner) as object | null) {
    if (Object.hasOwn(owner, method)) return owner;
  }
  return undefined;
}

/** The queries that wait for this one. Two names, by the version of pg; undefined when it has neither. */
export function queueOf(client: PgClient): PgQuery[] | undefined {
  const queue: unknown = Reflect.get(client, '_queryQueue') ?? Reflect.get(client, 'queryQueue');
  return Array.isArray(queue) ? (queue as PgQuery[]) : undefined;
}

/** The class of promises that the application chose for this client. */
export function promiseClassOf(client: PgClient): PromiseConstructor {
  return (Reflect.get(client, '_Promise') as PromiseConstructor | undefined) ?? Promise;
}

/** `pg.native` is made when it is first asked for; it has no wire to write on, so what it does stays unattributed. */
export function warnOfNative(pg: PgModule): void {
  const module: object = (Reflect.get(pg, 'default') as object | undefined) ?? pg;
  const native = Object.getOwnPropertyDescriptor(module, 'native');
  if (native?.get === undefined || native.configurable !== true) return;
  const read = native.get.bind(module) as () => unknown;
  Object.defineProperty(module, 'native', {
    ...native,
    get() {
      const found = read();
      if (found) process.emitWarning('pg.native is not supported: what it writes is not attributed', { code: 'INDELIBLE_PG_NATIVE' });
      return found;
    },
  });
}
