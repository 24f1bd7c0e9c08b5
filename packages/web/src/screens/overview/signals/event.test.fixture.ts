// Events for tests of the rules: whole ones, of which a test says what matters.

import type { Event } from '../../../api/queries.ts';

let made = 0;

/** @example eventOf({ action: 'bot.updated', occurredAt: '2026-11-20T07:41:00.000Z' }) */
export function eventOf(parts: Partial<Event>): Event {
  made++;
  return {
    id: `00000000-0000-4000-8000-${String(made).padStart(12, '0')}`,
    tenant: 'acme',
    action: 'bot.updated',
    category: 'resource',
    operation: 'update',
    outcome: 'success',
    severity: 'info',
    occurredAt: '2026-11-20T12:00:00.000Z',
    recordedAt: '2026-11-20T12:00:00.000Z',
    actor: { type: 'user', id: 'usr_maria', attribution: 'verified' },
    source: { kind: 'api' },
    log: 'example.invalid/log/acme',
    seq: made,
    ...parts,
  };
}
