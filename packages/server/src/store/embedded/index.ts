// The embedded PostgreSQL: a real server from npm-shipped binaries, for those who bring no database of their own.

export { ensureDatabase } from './databases.ts';
export { removeEmbedded } from './remove.ts';
export { startEmbedded, type EmbeddedOptions, type EmbeddedPostgres } from './start.ts';
export type { EmbeddedLogger } from './logger.ts';
