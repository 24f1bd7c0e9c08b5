// Tables of one column each, whose values go from a source to the events of a trail: INSERT, UPDATE and DELETE of each.

import type { AuditEvent, Json } from '@indelible/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CaptureTest, openCaptureTest, transaction, until } from '../capture.test.fixture.ts';
import type { TestServer } from '../servers.test.fixture.ts';

export interface TypeCase {
  readonly type: string;
  /** An SQL expression. */
  readonly first: string;
  readonly firstIs: Json;
  readonly second: string;
  readonly secondIs: Json;
}

/** @example typeCase('numeric', ["'NaN'", 'NaN'], ['1.50', '1.50']) */
export function typeCase(type: string, [first, firstIs]: [string, Json], [second, secondIs]: [string, Json]): TypeCase {
  return { type, first, firstIs, second, secondIs };
}

/** Declares a test for each case. @param schema what the types need */
export function testTypes({ url }: TestServer, cases: readonly TypeCase[], schema = ''): void {
  let app: CaptureTest;
  let events: AuditEvent[] = [];

  beforeAll(async () => {
    const tables = cases.map(({ type }, index) => `create table case_${index} (id int primary key, v ${type});`);
    app = await openCaptureTest(`${schema}; ${tables.join('\n')}`, url);
    await app.setup();
    app.start();
    await transaction(
      app.source,
      cases.flatMap(({ first, second }, index) => [
        `insert into case_${index} values (1, ${first})`,
        `update case_${index} set v = ${second}`,
        `delete from case_${index}`,
      ]),
    );
    const arrived = `select from indelible.event where action like 'case\\_%'`;
    await until(async () => (await app.store.owner.query(arrived)).rowCount === cases.length * 3);
    events = (await app.events('default')).filter(({ action }) => action.startsWith('case_'));
  });

  afterAll(async () => {
    await app.close();
  });

  test.each(cases.map((each, index) => [each.type, each.first, each.second, each, index] as const))(
    '%s: %s, %s',
    (...[, , , each, index]) => {
      const [created, updated, deleted] = events.slice(index * 3).map((event) => event.change);
      expect(created?.after).toStrictEqual({ id: 1, v: each.firstIs });
      expect(updated?.before).toStrictEqual({ id: 1, v: each.firstIs });
      expect(updated?.after).toStrictEqual({ id: 1, v: each.secondIs });
      expect(updated?.fields.every((field) => field === 'v' || field.startsWith('v/'))).toBe(true);
      expect(updated?.fields).not.toEqual([]);
      expect(deleted?.before).toStrictEqual({ id: 1, v: each.secondIs });
      for (const change of [created, updated, deleted]) expect(change?.unavailable).toBeUndefined();
    },
  );
}
