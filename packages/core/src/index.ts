// Everything that core exports, for those who want it from one place.

export * from './errors.ts';
export * from './event/index.ts';
export * from './history/index.ts';
export * from './ledger/index.ts';
export * from './limits.ts';
export * from './query/index.ts';
