// What others may use of the live streams.

export type { Filter } from './listener.ts';
export type { DropReason } from './message.ts';
export { Streams } from './streams.ts';
