// What is kept is read back; what nobody of us wrote is left out.

import { describe, expect, it } from 'vitest';
import { makeStore } from '../../proof/world.test.fixture.ts';
import { forgetSeen, keepSeen, readSeen } from './seen.ts';

describe('seen checkpoints', () => {
  it('keeps the newest first, each once, and not for ever', () => {
    const store = makeStore();
    for (let size = 1; size <= 60; size++) keepSeen(store, 'acme', { size, root: `r${String(size)}`, atMs: size });
    keepSeen(store, 'acme', { size: 60, root: 'r60', atMs: 99 });
    const seen = readSeen(store, 'acme');
    expect(seen).toHaveLength(50);
    expect(seen[0]).toEqual({ size: 60, root: 'r60', atMs: 60 });
    expect(readSeen(store, 'other')).toEqual([]);
    forgetSeen(store, 'acme');
    expect(readSeen(store, 'acme')).toEqual([]);
  });

  it.each(['nonsense', '{}', '[{"size":"1"},null]'])('reads %s as nothing', (text) => {
    const store = makeStore();
    store.setItem('indelible.seen.acme', text);
    expect(readSeen(store, 'acme')).toEqual([]);
  });
});
