// Somebody with the database writes into a record what no trail writes: it stands in its place and says so, and nobody is
// kept from reading the records beside it.

import { describe as sentence } from '@indelible/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { monthStart } from '../store/partitions.ts';
import type { TenantLog } from '../store/tenants.ts';
import { getEvent } from './one.ts';
import { resourceHistory } from './history.ts';
import { listEvents } from './page.ts';
import { openTestTrail, type TestTrail } from './trail.test.fixture.ts';

const NOW_MS = Date.now();
const BOT = { type: 'bot', id: 'bot_1' };
let trail: TestTrail;
let log: TenantLog;

beforeAll(async () => {
  trail = await openTestTrail(monthStart(new Date(NOW_MS), 0));
  for (let n = 0; n < 5; n++)
    await trail.append(
      'org_acme',
      [{ action: 'bot.updated', actor: { id: 'usr_1', name: 'Ada' }, resource: BOT, change: { before: { n: n - 1 }, after: { n } } }],
      NOW_MS + n,
    );
  log = await trail.log('org_acme');
});

afterAll(() => trail.close());

test.each([
  ['no JSON at all', (text: string) => text.replace(/^core .*$/m, 'core {"action":'), ['core']],
  ['nothing', () => '', []],
  ['one long word', () => 'x'.repeat(1_000), ['x'.repeat(1_000)]],
  ['values that are no objects', (text: string) => text.replace(/^(change|actor) .*$/gm, '$1 [1]'), ['actor', 'change']],
  ['a core of another shape', (text: string) => text.replace(/^core .*$/m, 'core {"action":7}'), ['core']],
  ['null', (text: string) => text.replace(/^(\S+) .*$/gm, '$1 null'), undefined],
])('%s', async (_, broken, unreadable) => {
  const { rows } = await trail.owner.query<{ id: string; disclosures: string }>(
    'select id, disclosures from indelible.event where tenant_id = $1 and seq = 3',
    [log.tenantId],
  );
  const [{ id, disclosures } = { id: '', disclosures: '' }] = rows;
  const write = (text: string): Promise<unknown> =>
    trail.owner.query('update indelible.event set disclosures = $3 where tenant_id = $1 and id = $2', [log.tenantId, id, text]);
  await write(broken(disclosures));
  try {
    for (const q of ['', 'actor.id:usr_1', 'ada', 'changed:n', 'has:reason OR -has:reason']) {
      const { events } = await listEvents(trail.reader, log, { q });
      expect(events.length, q).toBeGreaterThanOrEqual(q === 'has:reason OR -has:reason' || q === '' ? 6 : 4);
      for (const event of events) expect(sentence(event), q).toBeTruthy();
    }
    const event = await getEvent(trail.reader, log, id);
    expect(event).toMatchObject({ id, seq: 3, log: log.origin });
    if (unreadable === undefined) expect(event.unreadable ?? []).toContain('core');
    else expect(event.unreadable ?? []).toEqual(unreadable);
    const history = await resourceHistory(trail.reader, log, BOT);
    expect(history.events).toHaveLength(5);
  } finally {
    await write(disclosures);
  }
});
