import type { AuditEvent, JsonObject } from '@indelible/core';
import { expect, test } from 'vitest';
import { gapNotes } from './gap-notes.ts';

function gap(id: string, metadata: JsonObject): AuditEvent {
  return {
    id,
    tenant: '_operator',
    action: 'capture.gap',
    category: 'administration',
    operation: 'execute',
    outcome: 'success',
    severity: 'critical',
    occurredAt: '2026-11-01T00:00:00.000Z',
    recordedAt: '2026-11-01T00:00:00.000Z',
    actor: { type: 'system', attribution: 'verified' },
    source: { kind: 'self' },
    metadata: { detail: 'd', ...metadata },
  };
}

const ids = (notes: readonly { readonly id?: string }[]) => notes.map(({ id }) => id);

test('the newest gap of the reason that stopped the source is open, the earlier ones are past', () => {
  const events = [
    gap('3', { reason: 'slot_lost', from: '0/1', to: '0/2' }),
    gap('2', { reason: 'slot_missing', from: '0/1', to: '0/2' }),
    gap('1', { reason: 'slot_lost', from: '0/0', to: '0/1' }),
  ];
  const stopped = gapNotes(events, 'slot_lost: the source has removed log', new Set());
  expect(ids(stopped.open)).toEqual(['3']);
  expect(ids(stopped.past)).toEqual(['2', '1']);
  expect(stopped.open[0]).toEqual({ id: '3', at: '2026-11-01T00:00:00.000Z', reason: 'slot_lost', detail: 'd', from: '0/1', to: '0/2' });
  expect(gapNotes(events, undefined, new Set()).open).toEqual([]);
});

test('a source that is stopped has an open gap even when its event is not at hand', () => {
  expect(gapNotes([], 'slot_lost: gone', new Set()).open).toEqual([{ reason: 'slot_lost', detail: 'slot_lost: gone' }]);
});

test('a gap of a table is open as long as it has no end and the table is not captured', () => {
  const out = gap('2', { reason: 'table_unpublished', from: '0/1', tables: ['public.bots'] });
  const before = gap('1', { reason: 'table_unpublished', from: '0/0', tables: ['public.bots'] });
  const ended = gap('0', { reason: 'table_unpublished', from: '0/0', to: '0/9', tables: ['public.skills'] });
  const amiss = new Set(['public.bots', 'public.skills']);
  expect(ids(gapNotes([out, before, ended], undefined, amiss).open)).toEqual(['2']);
  expect(ids(gapNotes([out, before, ended], undefined, new Set()).open)).toEqual([]);
  // Put back, which is told by an event with an end, and out again by other means: that one is closed.
  expect(
    ids(gapNotes([gap('3', { reason: 'table_unpublished', from: '0/1', to: '0/9', tables: ['public.bots'] }), out], undefined, amiss).open),
  ).toEqual([]);
});
