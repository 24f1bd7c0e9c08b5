// The event triggers in a source: whether they are there as this version makes them, what is missing, and how they are put
// in. Not every role may make one; then capture goes on without, and says what that means.

import { readFile } from 'node:fs/promises';
import type pg from 'pg';
import type { Uncovered } from '../source/publication-plan.ts';

const SQL = new URL('../../../src/capture/ddl/ddl.sql', import.meta.url);
export const DDL_SCHEMA = 'indelible_capture';
const FUNCTION = 'on_ddl';
const SETTINGS = ['lock_timeout=200ms', 'search_path=pg_catalog, pg_temp'];

export interface DdlState {
  readonly kind: 'installed' | 'incomplete' | 'absent' | 'foreign';
  /** In words; undefined when all is installed. */
  readonly found: string | undefined;
  /** What puts everything in, in order. Empty when all is there, and when it is somebody else's. */
  readonly statements: readonly string[];
}

export interface DdlPlan {
  readonly state: DdlState;
  /** What this role can run, and would have to. */
  readonly statements: readonly string[];
  /** Whether DDL is captured once the statements have run. */
  readonly covered: boolean;
  /** Why not. */
  readonly obstacle: string | undefined;
}

interface StateRow {
  readonly schema_owner: string | null;
  readonly schema_trusted: boolean | null;
  readonly function_owner: string | null;
  readonly function_trusted: boolean | null;
  readonly body: string | null;
  readonly definer: boolean | null;
  readonly settings: string[] | null;
  readonly triggers: Record<string, { enabled: string; event: string; ours: boolean }>;
}

/** A role trusts itself and superusers: a function that runs as somebody else, at every DDL command, could do anything in our name. */
const STATE = `
  select n.nspowner::regrole::text as schema_owner, n.nspowner = u.oid or (select rolsuper from pg_roles where oid = n.nspowner) as schema_trusted,
    p.proowner::regrole::text as function_owner, p.proowner = u.oid or (select rolsuper from pg_roles where oid = p.proowner) as function_trusted,
    p.prosrc as body, p.prosecdef as definer, (select array_agg(s order by s) from unnest(p.proconfig) s) as settings,
    (select coalesce(json_object_agg(evtname, json_build_object('enabled', evtenabled, 'event', evtevent, 'ours', p.oid is not null and evtfoid = p.oid)), '{}')
       from pg_event_trigger where evtname like 'indelible\\_%') as triggers
  from (select oid from pg_roles where rolname = current_user) u
    left join pg_namespace n on n.nspname = $1 left join pg_proc p on p.pronamespace = n.oid and p.proname = $2 and p.pronargs = 0`;

/** Compares the source with what this version installs. */
export async function ddlState(source: pg.ClientBase): Promise<DdlState> {
  const answer = await source.query<StateRow>(STATE, [DDL_SCHEMA, FUNCTION]);
  const row = answer.rows[0];
  if (row === undefined) throw new Error('the source did not answer');
  const owner = row.schema_trusted === false ? row.schema_owner : row.function_trusted === false ? row.function_owner : null;
  if (owner !== null) {
    const found = `the schema ${DDL_SCHEMA} or its function belongs to the role ${owner}, which is neither a superuser nor this role`;
    return { kind: 'foreign', found, statements: [] };
  }
  const [schema = '', makeFunction = '', ...triggers] = await ddlStatements();
  const statements = row.schema_owner === null ? [schema] : [];
  const whole =
    row.body !== null && makeFunction.includes(`$indelible$${row.body}$indelible$`) && row.definer === true && same(row.settings, SETTINGS);
  if (!whole) statements.push(makeFunction);
  for (const statement of triggers) statements.push(...mendTrigger(statement, row.triggers));
  if (statements.length === 0) return { kind: 'installed', found: undefined, statements };
  if (row.body === null) return { kind: 'absent', found: 'no event trigger of Indelible is there', statements };
  const found = `${whole ? '' : 'the function is not the one of this version; '}${statements.length} statements put it right`;
  return { kind: 'incomplete', found, statements };
}

/** Without the comment at the head: that is for who reads the file. */
async function ddlStatements(): Promise<string[]> {
  const text = await readFile(SQL, 'utf8');
  return text
    .replace(/^(?:--.*\n)+/, '')
    .split(/\n--;\n/)
    .map((statement) => statement.trim());
}

function mendTrigger(statement: string, found: StateRow['triggers']): string[] {
  const [, name = '', event = ''] = /^CREATE EVENT TRIGGER (\w+) ON (\w+)/.exec(statement) ?? [];
  const trigger = found[name];
  if (trigger === undefined) return [statement];
  if (!trigger.ours || trigger.event !== event) return [`DROP EVENT TRIGGER ${name}`, statement];
  return trigger.enabled === 'O' || trigger.enabled === 'A' ? [] : [`ALTER EVENT TRIGGER ${name} ENABLE`];
}

function same(found: readonly string[] | null, wanted: readonly string[]): boolean {
  return found !== null && found.length === wanted.length && found.every((setting, index) => setting.replaceAll('"', '') === wanted[index]);
}

/** Finds out what is missing, and by a transaction that is rolled back whether this role may put it in. */
export async function planDdl(source: pg.ClientBase): Promise<DdlPlan> {
  const state = await ddlState(source);
  if (state.kind === 'installed') return { state, statements: [], covered: true, obstacle: undefined };
  if (state.kind === 'foreign') return { state, statements: [], covered: false, obstacle: state.found };
  const obstacle = await rehearse(source, state.statements);
  if (obstacle === undefined) return { state, statements: state.statements, covered: true, obstacle };
  return { state, statements: [], covered: false, obstacle };
}

/** Within a block that catches what fails: it would stand in the log of the server, where somebody has to read it. */
async function rehearse(source: pg.ClientBase, statements: readonly string[]): Promise<string | undefined> {
  await source.query('begin');
  try {
    await source.query(`select set_config('indelible.rehearsed', $1, true), set_config('indelible.refused', '', true)`, [
      JSON.stringify(statements),
    ]);
    await source.query(REHEARSAL);
    const answer = await source.query<{ refused: string }>(`select current_setting('indelible.refused') as refused`);
    return answer.rows[0]?.refused === '' ? undefined : answer.rows[0]?.refused;
  } finally {
    await source.query('rollback');
  }
}

const REHEARSAL = `
  do $rehearsal$
  declare
    statement text;
  begin
    for statement in select value from json_array_elements_text(current_setting('indelible.rehearsed')::json) loop
      execute statement;
    end loop;
  exception when others then
    perform set_config('indelible.refused', sqlerrm, true);
  end
  $rehearsal$`;

/** Everything or nothing: a function without its triggers would look like capture. */
export async function installDdl(source: pg.ClientBase, statements: readonly string[]): Promise<void> {
  if (statements.length === 0) return;
  await source.query('begin');
  try {
    for (const statement of statements) await source.query(statement);
    await source.query('commit');
  } catch (error) {
    await source.query('rollback');
    throw error;
  }
}

const WHO_MAY = 'run "indelible capture setup" once as a superuser, or as rds_superuser, cloudsqlsuperuser and the like';

/**
 * What it means that there are no event triggers.
 *
 * @param wanted false when the operator left them out himself
 * @param allTables whether the publication is FOR ALL TABLES
 */
export function withoutDdl(plan: DdlPlan | undefined, wanted: boolean, allTables: boolean): Uncovered[] {
  if (plan?.covered === true) return [];
  const why = plan?.obstacle === undefined ? '' : ` (${plan.obstacle})`;
  const what = `CREATE, ALTER and DROP are not recorded${why}, and a new table is captured from when the server finds it, within ten seconds`;
  return [
    ...(wanted ? [{ table: 'DDL', what, remedy: WHO_MAY }] : []),
    ...(allTables
      ? [
          {
            table: 'FOR ALL TABLES',
            what: 'every new table is published at once: without a primary key its UPDATE and DELETE fail until the server has set its identity, within ten seconds',
            remedy: `${WHO_MAY}, or use a publication of setup's own`,
          },
        ]
      : []),
  ];
}
