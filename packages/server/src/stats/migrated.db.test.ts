// A trail whose counters have the form of an earlier version is migrated, and counted anew without anybody's help.

import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { COUNTER_CELLS_MAX, COUNTER_VALUES_MAX } from '../limits.ts';
import { inputs } from '../query/model.test.fixture.ts';
import { openTestTrail, type TestTrail } from '../query/trail.test.fixture.ts';
import { migrate } from '../store/migrate.ts';
import { monthStart } from '../store/partitions.ts';
import { ROLES, roleName } from '../store/roles.ts';
import { facets } from './facets.ts';
import { Projector } from './projector.ts';
import { readTree, recountTree } from './recount.test.fixture.ts';

const NOW_MS = Date.now();
const BEFORE = '007-counters.sql';
const AFTER = '015-counter-buckets.sql';
const DIRECTORY = new URL('../store/migrations/', import.meta.url);

let trail: TestTrail;
beforeAll(async () => {
  trail = await openTestTrail(monthStart(new Date(NOW_MS), -1));
});
afterAll(async () => {
  await trail?.close();
});

/** Puts the tables as they were, with something in them. */
async function bringBack(): Promise<void> {
  const database = new URL(trail.url).pathname.slice(1);
  const sql = await readFile(new URL(BEFORE, DIRECTORY), 'utf8');
  await trail.owner.query('drop table indelible.counter, indelible.counter_cursor');
  await trail.owner.query(ROLES.reduce((text, role) => text.replaceAll(`{{${role}}}`, `"${roleName(database, role)}"`), sql));
  await trail.owner.query(
    `insert into indelible.counter_cursor select tenant_id, 1, true, size from indelible.log;
     insert into indelible.counter select tenant_id, 1, 0, 0, 20000, '', size, 0, 0, '{0,7}' from indelible.log;
     insert into indelible.counter_value select tenant_id, 1, 1, 'bot.updated' from indelible.log`,
  );
  await trail.owner.query('delete from public.indelible_migration where name = $1', [AFTER]);
}

test('counters of the earlier form give way to those of the present one', async () => {
  const model = await trail.append('org_acme', fc.sample(inputs(NOW_MS - 60_000), { seed: 3, numRuns: 80 }), NOW_MS - 60_000);
  const log = await trail.log('org_acme');
  await bringBack();
  expect((await migrate(trail.url)).applied).toEqual([AFTER]);
  // Until they are made, answers are right all the same.
  const ask = async (): Promise<unknown> => facets(trail.reader, log, { q: 'seq:>0', fields: ['outcome', 'action'], nowMs: NOW_MS });
  const before = await ask();
  const projector = new Projector({ pool: trail.projector, onError: () => undefined });
  while (await projector.tick());
  await projector.stop();
  expect(await ask()).toEqual(before);
  const own = (await readTree(trail.owner, log.tenantId)).filter((line) => !line.includes('log.created'));
  const wanted = recountTree(model, { cells: COUNTER_CELLS_MAX, values: COUNTER_VALUES_MAX });
  // The log's own first event is the only one that the model does not know.
  expect(own.filter((line) => line.includes('"action"'))).toEqual(wanted.filter((line) => line.includes('"action"')));
});
