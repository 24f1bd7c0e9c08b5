// Text search: the index that a query is narrowed by, off the write path. The query's side is query/read-searched.ts.

export * from './index-log.ts';
export * from './indexer.ts';
