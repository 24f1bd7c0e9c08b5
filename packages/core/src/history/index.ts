// What became of a resource: its state at an instant, its versions, the way back.

export * from './compare.ts';
export * from './held.ts';
export * from './json-patch.ts';
export * from './reverse.ts';
export * from './state.ts';
export { isWhole, startsAnew, type Telling, tellingOf } from './telling.ts';
export * from './types.ts';
export * from './versions.ts';
