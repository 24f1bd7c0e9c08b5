import { afterEach, expect, test, vi } from 'vitest';
import { createPasses } from './agent-pass.ts';

const holder = {
  bot: { id: 'bot_1', name: 'Support bot' },
  caller: { type: 'user', id: 'usr_aiko', name: 'Aiko', email: 'aiko@acme.test' },
  userId: 'usr_aiko',
  organizationId: 'org_acme',
} as const;

afterEach(() => vi.useRealTimers());

test('a pass says for whom the agent acts', () => {
  const passes = createPasses();
  expect(passes.open(passes.issue(holder))).toEqual({
    caller: { type: 'agent', id: 'bot_1', name: 'Support bot', onBehalfOf: holder.caller },
    userId: 'usr_aiko',
    home: 'org_acme',
  });
});

test('it opens nothing when it is altered, from elsewhere, or older than a minute', () => {
  vi.useFakeTimers();
  const passes = createPasses();
  const pass = passes.issue(holder);
  const [, payload = '', signature = ''] = pass.match(/^agt_(.+)\.(.+)$/) ?? [];
  const forged = Buffer.from(Buffer.from(payload, 'base64url').toString().replace('usr_aiko', 'usr_maria')).toString('base64url');
  expect(passes.open(`agt_${forged}.${signature}`)).toBeUndefined();
  expect(createPasses().open(pass)).toBeUndefined();
  expect(passes.open('agt_x.y')).toBeUndefined();
  vi.advanceTimersByTime(61_000);
  expect(passes.open(pass)).toBeUndefined();
});
