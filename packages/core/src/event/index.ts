// The meaning of an event: its words, its contract, how it is read, completed, cleaned, split and put into a sentence.

export * from './accept.ts';
export * from './card-number.ts';
export * from './catalogue.ts';
export * from './describe.ts';
export * from './diff.ts';
export * from './faults.ts';
export * from './id.ts';
export * from './ip.ts';
export * from './json-tree.ts';
export * from './pointer.ts';
export * from './raw-json.ts';
export * from './redact.ts';
export * from './schema.ts';
export * from './sections.ts';
export * from './timestamp.ts';
export * from './types.ts';
