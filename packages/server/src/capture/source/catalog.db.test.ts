// What the catalog costs the source: work that grows with the number of tables, and not with its square.

import type pg from 'pg';
import { afterEach, expect, test } from 'vitest';
import { type CaptureTest, openCaptureTest } from '../capture.test.fixture.ts';
import { loadCatalog } from './catalog.ts';
import { onEachServer } from '../servers.test.fixture.ts';
import { connectSource } from './source-client.ts';

const ROUND_TABLES = 100;

interface PlanNode {
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Rows Removed by Join Filter'?: number;
  readonly Plans?: readonly PlanNode[];
}

function rowsVisited(node: PlanNode): number {
  const own = node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Join Filter'] ?? 0);
  return own * node['Actual Loops'] + (node.Plans ?? []).reduce((sum, plan) => sum + rowsVisited(plan), 0);
}

/** Rows that the source goes through for one look at its catalog. */
async function workOf(source: pg.Client, publication: string): Promise<number> {
  let rows = 0;
  const counting = {
    query: async (text: string, values?: unknown[]) => {
      const plan = await source.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(`explain (analyze, format json) ${text}`, values);
      rows += rowsVisited(plan.rows[0]?.['QUERY PLAN'][0].Plan ?? { 'Actual Rows': 0, 'Actual Loops': 0 });
      return source.query(text, values);
    },
  };
  await loadCatalog(counting as unknown as pg.ClientBase, publication);
  return rows;
}

let app: CaptureTest | undefined;

afterEach(async () => {
  await app?.close();
  app = undefined;
});

onEachServer(({ url }) => {
  test('tables that were never analysed: the work for the catalog grows as they do', async () => {
    app = await openCaptureTest('create table first (id int primary key)', url);
    const source = await connectSource(app.sourceUrl);
    try {
      const grow = async (round: number): Promise<number> => {
        await source.query(`do $$ begin
          for i in 1..${ROUND_TABLES} loop
            execute format('create table public.%I (id int primary key, first_id int references public.first, name text)', 'r${round}_' || i);
          end loop; end $$`);
        if (round === 1) await source.query('create publication elsewhere for table public.first (id)');
        return workOf(source, app?.slot ?? '');
      };
      const [one, two, three] = [await grow(1), await grow(2), await grow(3)];
      expect(two - one).toBeGreaterThan(0);
      expect(three - two).toBeLessThan(1.4 * (two - one));
      // Rows a table, all in all: its columns, its constraints, its types, and what the planner goes through to find them.
      expect(three / (3 * ROUND_TABLES)).toBeLessThan(400);
    } finally {
      await source.end();
    }
  });
});
