// One round of the randomised test: writers and a hand that changes tables work on a captured source while connections
// are cut; in the end the trail must say what the oracle says.

import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { newNonce, sealMessage } from '@indelible/sdk';
import pg from 'pg';
import type { Capture } from '../capture.ts';
import { CONTEXT_KEY, type CaptureTest, emit, openCaptureTest, until } from '../capture.test.fixture.ts';
import { compareWithOracle } from './oracle-compare.test.fixture.ts';
import { type Oracle, openOracle } from './oracle.test.fixture.ts';
import { type Alteration, PRELUDE, alterTable, makeTable } from './random-ddl.test.fixture.ts';
import { Dice, Model } from './random-model.test.fixture.ts';
import { writing } from './random-statements.test.fixture.ts';

const WRITERS = 3;
const SETTLE_SECONDS = 90;
/** What two writers and somebody who changes tables may do to each other, and what chance may ask for in vain. */
const EXPECTED_ERRORS = new Set([
  '40P01', // deadlock
  '40001', // the row was moved to another partition
  '55P03', // lock_timeout
  '57014', // statement_timeout
  '42P01', // a table that is gone
  '42703', // a column that is gone
  '42804', // a column that has another type now
  '23505', // a key that is taken
  '23503', // a reference to nothing
  '23502', // a key that may not be NULL
  '22003', // an integer that overflows
  '21000', // MERGE or ON CONFLICT met a row twice
  '2BP01', // something depends on the column
  '42P16', // a column of the partition key
  '0A000', // a generated column depends on it
]);

/** What a rewrite changes is in no log; and a virtual generated column leaves a table its default identity. */
const TRUE_GAPS: ReadonlySet<unknown> = new Set(['table_rewritten', 'identity_changed']);

export interface RoundResult {
  readonly changes: number;
  readonly unchanged: number;
  readonly errors: ReadonlyMap<string, number>;
  readonly cuts: number;
}

interface Round {
  readonly app: CaptureTest;
  readonly model: Model;
  readonly trace: string[];
  readonly errors: Map<string, number>;
  readonly surprises: string[];
  readonly over: AbortSignal;
  /** Whether the source has event triggers: then tables are covered in the transaction that makes them, else by setup. */
  readonly ddl: boolean;
  /** Whether the source is captured by now. */
  captured: boolean;
}

/**
 * @param seed decides what is done; how the connections interleave it does not decide
 * @param server a superuser's URL of another server than the common one
 * @throws Error with the seed, what differs, and where the trace of all statements lies
 */
export async function randomRound(seed: number, seconds: number, server?: string): Promise<RoundResult> {
  const dice = new Dice(seed);
  const trace: string[] = [];
  const app = await openCaptureTest(PRELUDE, server);
  const over = new AbortController();
  const oracles: Oracle[] = [];
  try {
    const { model, ddl } = await prepare(app, dice);
    const round: Round = { app, model, trace, errors: new Map(), surprises: [], over: over.signal, ddl, captured: false };
    const first = await writerTo(app);
    for (let made = 0; made < 5; made++) await alter(round, first, makeTable(dice, model), false);
    await first.end();
    await app.setup({ ddl });
    round.captured = true;
    const oracle = await openOracle(app.sourceUrl, `oracle_${app.name}`);
    oracles.push(oracle);
    const consumers = [app.start(streamOptions), app.start(streamOptions)];
    const cuts = await work(round, dice, consumers, over, seconds);
    await settled(app, consumers);
    return { ...(await compared(round, oracle)), errors: round.errors, cuts };
  } catch (error) {
    throw explained(seed, error, trace, app);
  } finally {
    over.abort();
    // What went wrong before is told, not what follows from it.
    await Promise.allSettled(oracles.map((oracle) => oracle.close()));
    await app.close();
  }
}

function explained(seed: number, error: unknown, trace: readonly string[], app: CaptureTest): Error {
  const path = join(tmpdir(), `indelible-random-${seed}.sql`);
  writeFileSync(path, `${trace.join(';\n')}\n`);
  const logged = app.logged.filter(({ level }) => level !== 'info').slice(-5);
  const said = logged.map(({ message }) => `capture said: ${message}`).join('\n');
  const message = error instanceof Error ? error.message : String(error);
  const told = `seed ${seed}: ${message}\n${said}\nwhat was done: ${path}`;
  // A long run tells at once, and not at its end.
  process.stderr.write(`random: ${told}\n`);
  return new Error(told, { cause: error });
}

/** What the source is set to, which must not matter. */
async function prepare(app: CaptureTest, dice: Dice): Promise<Pick<Round, 'model' | 'ddl'>> {
  const set = (setting: string): Promise<unknown> =>
    app.source.query(`alter database ${pg.escapeIdentifier(`app_${app.name}`)} set ${setting}`);
  await set(`deadlock_timeout = '100ms'`);
  // Transactions are then spilled to disk and restored, as large ones are.
  if (dice.chance(0.5)) await set(`logical_decoding_work_mem = '64kB'`);
  if (dice.chance(0.3))
    for (const setting of [`datestyle = 'German, DMY'`, `intervalstyle = iso_8601`, `timezone = 'Asia/Kolkata'`, `bytea_output = escape`])
      await set(setting);
  const answer = await app.source.query<{ version: number }>(`select current_setting('server_version_num')::int as version`);
  const model = new Model(answer.rows[0]?.version ?? 0);
  for (const name of ['organizations', 'sentinel']) {
    const key = [{ name: 'id', type: 'text' }];
    model.put({ identity: `fixed ${name}`, schema: 'public', name, columns: [], key, partitions: undefined, parent: undefined });
    model.remove(`fixed ${name}`);
  }
  return { model, ddl: dice.chance(0.6) };
}

/** Everybody does his part until the time is over, or somebody fails. @returns how often something was cut */
async function work(round: Round, dice: Dice, consumers: Capture[], over: AbortController, seconds: number): Promise<number> {
  const writers = Array.from({ length: WRITERS }, (_, index) => writer(round, dice.fork(), `writer${index}`));
  const cutting = cutter(round, dice.fork(), consumers);
  const parts = [...writers, alterer(round, dice.fork()), cutting].map((part) => part.finally(() => over.abort()));
  await pause(seconds * 1_000, undefined, { signal: round.over }).catch(() => {});
  over.abort();
  await Promise.allSettled(parts);
  await Promise.all(parts);
  return cutting;
}

async function compared({ app, model, surprises }: Round, oracle: Oracle): Promise<Pick<RoundResult, 'changes' | 'unchanged'>> {
  if (surprises.length > 0) throw new Error(`the application met errors of another kind:\n${surprises.slice(0, 10).join('\n')}`);
  const { changes, unchanged, differences } = await compareWithOracle(app.store.owner, await oracle.take(), model);
  if (differences.length > 0) throw new Error(differences.join('\n'));
  const source = await app.store.owner.query<{ counters: Record<string, number> }>('select counters from indelible.capture_source');
  const counted = source.rows[0]?.counters['skippedUnchanged'] ?? 0;
  if (counted !== unchanged) throw new Error(`${unchanged} updates changed nothing, and capture counted ${counted}`);
  const gaps = (await app.events('_operator')).filter(
    ({ action, metadata }) => action === 'capture.gap' && !TRUE_GAPS.has(metadata?.['reason']),
  );
  if (gaps.length > 0)
    throw new Error(`capture told of gaps, and there was none: ${JSON.stringify(gaps.slice(0, 3).map(({ metadata }) => metadata))}`);
  return { changes, unchanged };
}

const streamOptions = { noiseColumns: [] };

/** Everything up to here is in the trail once the row that is written last is. */
async function settled(app: CaptureTest, consumers: readonly Capture[]): Promise<void> {
  await app.source.query(`insert into sentinel values ('last')`);
  await until(async () => {
    const stopped = consumers.map((capture) => capture.status()).find(({ state }) => state === 'stopped');
    if (stopped !== undefined) throw new Error(`capture stopped: ${stopped.reason}`);
    const seen = await app.store.owner.query(`select from indelible.event where action = 'sentinel.created' and resource_id = 'last'`);
    return seen.rowCount !== 0;
  }, SETTLE_SECONDS);
}

async function writerTo(app: CaptureTest): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: app.sourceUrl, lock_timeout: 1_000, statement_timeout: 10_000 });
  client.on('error', () => {});
  await client.connect();
  return client;
}

async function writer(round: Round, dice: Dice, name: string): Promise<void> {
  const client = await writerTo(round.app);
  const message = (): string => emit(sealMessage({ v: 1, nonce: newNonce(), actor: { type: 'user', id: name } }, CONTEXT_KEY));
  while (!round.over.aborted) {
    const writings = Array.from({ length: dice.pick([1, 1, 2, 4]) }, () => writing(dice, dice.pick(round.model.tables)));
    const body = writings.flat();
    const parts = dice.chance(0.6)
      ? [message(), ...body]
      : dice.chance(0.2)
        ? [...(writings[0] ?? []), message(), ...writings.slice(1).flat(), message()]
        : body;
    const autocommit = body.length === 1 && parts.length === 1;
    await transact(round, client, autocommit ? body : ['begin', ...parts, dice.chance(0.15) ? 'rollback' : 'commit']);
    await pause(dice.int(60));
  }
  await client.end();
}

/** @returns whether every statement succeeded */
async function transact(round: Round, client: pg.ClientBase, statements: readonly string[]): Promise<boolean> {
  for (const statement of statements) {
    round.trace.push(statement);
    try {
      await client.query(statement);
    } catch (error) {
      const { code = '', message } = error as { code?: string; message: string };
      round.trace.push(`-- ${code} ${message}`);
      round.errors.set(code, (round.errors.get(code) ?? 0) + 1);
      if (!EXPECTED_ERRORS.has(code)) round.surprises.push(`${code} ${message}: ${statement}`);
      await client.query('rollback');
      return false;
    }
  }
  return true;
}

async function alterer(round: Round, dice: Dice): Promise<void> {
  const client = await writerTo(round.app);
  while (!round.over.aborted) {
    const { model } = round;
    const fresh = model.tables.length < 4 || (model.tables.length < 12 && dice.chance(0.25));
    await alter(
      round,
      client,
      fresh ? makeTable(dice, model, round.ddl) : alterTable(dice, model, dice.pick(model.tables), round.ddl),
      dice.chance(0.1),
    );
    await pause(50 + dice.int(300));
  }
  await client.end();
}

async function alter(round: Round, client: pg.ClientBase, { statements, done, made }: Alteration, undone: boolean): Promise<void> {
  if (!(await transact(round, client, ['begin', ...statements, undone ? 'rollback' : 'commit'])) || undone) return;
  if (made !== undefined && round.captured && !round.ddl) await publish(round.app);
  done();
}

/** As an operator does who does not wait for the next look; he comes again when his connection is cut, or the server was first. */
async function publish(app: CaptureTest): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await app.setup();
    } catch (error) {
      if (
        attempt === 10 ||
        !/terminat|connection|ECONNRESET|EPIPE|does not answer|deadlock|lock timeout|already member/i.test(String(error))
      )
        throw error;
    }
  }
}

/** Ends connections at the server in the middle of whatever they do, or lets a consumer go so that the other takes over. */
async function cutter(round: Round, dice: Dice, consumers: Capture[]): Promise<number> {
  const { app } = round;
  const trail = `(application_name = 'indelible appender' and datname = 'indelible_capture_${app.name}')`;
  const stream = `(application_name = 'indelible-capture' and datname = 'app_${app.name}')`;
  let cuts = 0;
  for (; !round.over.aborted; cuts++) {
    await pause(100 + dice.int(1_200), undefined, { signal: round.over }).catch(() => {});
    const what = dice.pick(['trail', 'stream', 'both', 'both', 'restart'] as const);
    round.trace.push(`-- cut ${what}`);
    if (what === 'restart') {
      await consumers.shift()?.stop();
      consumers.push(app.start(streamOptions));
      continue;
    }
    const whom = what === 'both' ? `${trail} or ${stream}` : what === 'trail' ? trail : stream;
    await app.admin.query(`select pg_terminate_backend(pid) from pg_stat_activity where ${whom}`);
  }
  return cuts;
}
