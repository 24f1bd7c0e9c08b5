// What the trail itself tells of a source: how much of it is attributed, whether the clocks agree, whether messages can be proved.

import type pg from 'pg';
import type { Provider } from '../source/provider.ts';
import { type Check, failed, fine, warning } from '../source/source-checks.ts';
import { loadRecord } from '../source/source-record.ts';
import { loadCounts } from '../coverage/table-counters.ts';

/** Above this share somebody should know who writes there. */
const UNATTRIBUTED_WARN = 0.1;
const TABLES_NAMED = 5;

export async function attributionChecks(name: string, appender: pg.Pool): Promise<Check[]> {
  const record = await loadRecord(appender, name);
  const counts = record === undefined ? [] : await loadCounts(appender, record.sourceId);
  const rows = counts.reduce((sum, count) => sum + count.rows, 0);
  const unattributed = counts.reduce((sum, count) => sum + count.unattributed, 0);
  if (rows === 0) return [];
  const found = `${percent(unattributed / rows)} of ${rows} captured changes say nothing of who made them`;
  if (unattributed / rows < UNATTRIBUTED_WARN) return [fine('attribution', found)];
  const worst = counts
    .toSorted((a, b) => b.unattributed - a.unattributed)
    .slice(0, TABLES_NAMED)
    .filter((count) => count.unattributed > 0)
    .map((count) => `${count.table} ${percent(count.unattributed / count.rows)}`);
  return [
    warning(
      'attribution',
      `${found}; most in ${worst.join(', ')}`,
      'import the sdk in every program that writes to this database; what is left was done behind their backs',
      ['node --import @indelible/sdk/register app.js'],
    ),
  ];
}

function percent(share: number): string {
  return `${(share * 100).toFixed(share > 0 && share < 0.1 ? 1 : 0)} %`;
}

/** Times of events come from the source, times of recording from the trail. */
const CLOCK_MS_WARN = 2_000;
/** Beyond it messages of attribution prove nothing, and times of occurrence are held back. */
const CLOCK_MS_FAILED = 5 * 60 * 1000;

export async function clockCheck(source: pg.ClientBase, appender: pg.Pool, provider: Provider): Promise<Check> {
  const ahead = (await offset(source)) - (await offset(appender));
  const seconds = (Math.abs(ahead) / 1000).toFixed(1);
  const found = `the clock of the source is ${seconds} s ${ahead < 0 ? 'behind' : 'ahead of'} that of the trail`;
  const words = 'keep both clocks by NTP';
  const statements = provider === 'self-managed' ? ['timedatectl set-ntp true'] : [];
  if (Math.abs(ahead) > CLOCK_MS_FAILED) return failed('clock', found, words, statements);
  return Math.abs(ahead) > CLOCK_MS_WARN ? warning('clock', found, words, statements) : fine('clock', found);
}

/** How far a database's clock is ahead of this machine's, in milliseconds; the answer is taken to be made halfway. */
async function offset(database: pg.ClientBase | pg.Pool): Promise<number> {
  await database.query('select 1'); // The connection is made before the time is taken.
  const asked = Date.now();
  const answer = await database.query<{ ms: number }>('select (extract(epoch from clock_timestamp()) * 1000)::float8 as ms');
  return (answer.rows[0]?.ms ?? 0) - (asked + Date.now()) / 2;
}

export function contextKeyCheck(contextKey: string | undefined): Check {
  return contextKey === undefined
    ? warning(
        'context key',
        'INDELIBLE_CONTEXT_KEY is not set here: no attribution is verified, and any SQL role can say who acted',
        'set the same key for the application and the server',
        ['export INDELIBLE_CONTEXT_KEY="$(openssl rand -base64 32)"'],
      )
    : fine('context key', 'INDELIBLE_CONTEXT_KEY is set here; the application needs the same');
}
