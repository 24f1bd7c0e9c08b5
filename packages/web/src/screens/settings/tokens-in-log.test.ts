// Which viewer tokens are good, by what the log says of them.

import { expect, test } from 'vitest';
import type { Event } from '../../api/queries.ts';
import { goodTokens } from './tokens-in-log.ts';

const NOW = Date.parse('2026-11-01T12:00:00Z');

function event(action: string, id: string, metadata: object = {}): Event {
  return {
    action: `viewer_token.${action}`,
    resource: { type: 'viewer_token', id },
    actor: { type: 'user', name: 'Maria' },
    metadata,
  } as Event;
}
const made = (id: string, more: object = {}): Event =>
  event('created', id, { scope: 'everything', expiresAt: '2026-11-01T13:00:00.000Z', ...more });

test('a token is good until its end, or until it is taken back', () => {
  const events = [made('vt_1'), event('revoked', 'vt_2'), made('vt_2'), made('vt_3', { expiresAt: '2026-11-01T12:00:00.000Z' })];
  expect(goodTokens(events, NOW)).toEqual([{ id: 'vt_1', scope: 'everything', madeBy: 'Maria', expiresAt: '2026-11-01T13:00:00.000Z' }]);
});

test('whom it is for is their name, or else their id', () => {
  const [first, second] = goodTokens(
    [made('vt_1', { viewer: { id: 'cus_1', name: 'Ada' } }), made('vt_2', { viewer: { id: 'cus_2' } })],
    NOW,
  );
  expect([first?.viewer, second?.viewer]).toEqual(['Ada', 'cus_2']);
});
