import { expect, test } from 'vitest';
import type { Operation } from '../event/types.ts';
import { created, event, ms } from './history.test.fixture.ts';
import { stateAt } from './state.ts';
import { isWhole, tellingOf } from './telling.ts';
import type { HistoryEvent } from './types.ts';
import { versionsOf } from './versions.ts';

const sent = (action: string, operation: Operation, type: string, change?: HistoryEvent['change']): HistoryEvent => ({
  ...event(2, 'x', operation, undefined, 'api'),
  action,
  resource: { type, id: '1' },
  ...(change && { change }),
});

test('what was denied or failed changed nothing', () => {
  const denied = { ...event(2, 'deleted', 'delete', { before: { a: 1 } }), outcome: 'denied' } as const;
  const failed = { ...event(3, 'updated', 'update', { before: { a: 1 }, after: { a: 2 } }), outcome: 'failure' } as const;
  const events = [created(1, { a: 1 }), denied, failed];
  expect(stateAt(events, ms(9))).toMatchObject({ standing: 'present', values: { a: 1 }, last: { event: 'e1' }, doubts: [] });
  expect(versionsOf(events)).toHaveLength(1);
});

test.each([
  ['bot.shared', 'create', 'bot', undefined, undefined],
  ['bot.unshared', 'delete', 'bot', undefined, undefined],
  ['bot.shared', 'create', 'bot', { after: { with: 'usr_2' }, fields: ['with'] }, 'changed'],
  ['member.removed', 'delete', 'team', undefined, undefined],
  ['team.member.removed', 'delete', 'team', { before: { user: 'usr_2' }, fields: ['user'] }, 'changed'],
  ['team.member.removed', 'delete', 'member', undefined, 'removed'],
  ['team.member.removed', 'delete', 'team_member', undefined, 'removed'],
  ['bot.deleted', 'delete', 'bot', { before: { a: 1 }, after: {}, fields: ['a'] }, 'removed'],
  ['bot.deleted', 'delete', 'chatbot', undefined, 'removed'],
  ['bot.created', 'create', 'bot', { before: {}, after: { a: 1 }, fields: ['a'] }, 'made'],
  ['bot.created', 'create', 'bot', { before: { a: 0 }, after: { a: 1 }, fields: ['a'] }, 'changed'],
  ['bot.viewed', 'read', 'bot', undefined, undefined],
  ['bot.started', 'execute', 'bot', undefined, undefined],
  ['bot.started', 'execute', 'bot', { before: { on: false }, after: { on: true }, fields: ['on'] }, 'changed'],
] as const)('%s (%s) of a %s with %o tells: %s', (action, operation, type, change, telling) => {
  expect(tellingOf(sent(action, operation, type, change))).toBe(telling);
});

test('a row without some of its columns is not whole', () => {
  expect(isWhole(created(1, { a: 1 }))).toBe(true);
  const narrow = { before: { a: 1 }, after: { a: 2 }, fields: ['a'], unavailable: [{ field: '', reason: '3 columns are left out' }] };
  expect(isWhole(event(1, 'updated', 'update', narrow))).toBe(false);
});
