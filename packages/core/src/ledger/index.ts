// The ledger: what is hashed, how it is proved, and how anybody checks it. Start at verify-event.ts.

export * from './checkpoint.ts';
export * from './encoding.ts';
export * from './hash.ts';
export * from './jcs.ts';
export * from './key-rotation.ts';
export * from './leaf.ts';
export * from './merkle.ts';
export * from './note.ts';
export * from './note-key.ts';
export * from './proof.ts';
export * from './system-leaf.ts';
export * from './tile.ts';
export * from './tile-hashes.ts';
export * from './tlog-proof.ts';
export * from './verify-event.ts';
export * from './verify-proof.ts';
