// What became of a resource: its state at an instant, its versions, the way back.

export * from './json-patch.ts';
export * from './state.ts';
export * from './types.ts';
export * from './versions.ts';
