// The query language: text -> tokens -> query -> text, and whether an event is what it asks for.

export * from './address.ts';
export * from './ast.ts';
export * from './complete.ts';
export * from './event-reading.ts';
export * from './event-words.ts';
export * from './explain.ts';
export * from './fields.ts';
export * from './group.ts';
export * from './matches.ts';
export * from './nearest.ts';
export * from './parse.ts';
export * from './paths.ts';
export * from './print.ts';
export * from './searchable.ts';
export * from './text-match.ts';
export * from './time.ts';
export * from './time-zone.ts';
export * from './tokens.ts';
export * from './words.ts';
