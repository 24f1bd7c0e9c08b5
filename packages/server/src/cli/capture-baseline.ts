// indelible capture setup --baseline: observes the rows that are there, shows how far it is, and can be ended and gone on with.

import type pg from 'pg';
import { Failure } from '@indelible/core';
import pc from 'picocolors';
import {
  type BaselineProgress,
  type BaselineResult,
  type CaptureSetup,
  type CaptureSetupResult,
  setupWithBaseline,
} from '../capture/index.ts';
import { progressBar } from './progress-bar.ts';
import { printable } from './text-width.ts';

export interface BaselineFlags {
  readonly baseline?: boolean;
  readonly table?: readonly string[];
  readonly again?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

const LINE_MS = 10_000;
const EXIT_INTERRUPTED = 130;

/** @throws Failure `parameter_invalid` for options that do not go together */
export function checkFlags({ baseline, table, again, dryRun }: BaselineFlags): void {
  const fault =
    baseline !== true && (table !== undefined || again === true)
      ? '--table and --again belong to --baseline'
      : baseline === true && dryRun === true
        ? '--baseline reads and writes rows: leave --dry-run or --baseline out'
        : undefined;
  if (fault !== undefined) throw new Failure('parameter_invalid', fault);
}

/** Sets the process's exit code: 1 when a table could not be observed, 130 when somebody ended it. */
export async function setupAndObserve(
  setup: CaptureSetup & { readonly appender: pg.Pool },
  { table, again, json }: BaselineFlags,
  tell: (result: CaptureSetupResult) => void,
): Promise<void> {
  const stop = stopOnSignal();
  const show = shower();
  let applied: CaptureSetupResult | undefined;
  const started = performance.now();
  try {
    const options = {
      ...(table === undefined ? {} : { tables: table }),
      ...(again === true ? { again } : {}),
      signal: stop.signal,
      progress: (progress: BaselineProgress) => show.progress(progress),
    };
    const result = await setupWithBaseline(setup, options, (set) => {
      applied = set;
      if (json !== true) tell(set);
      process.stderr.write(pc.dim('Reading the rows that are there. A snapshot waits for the transactions that run in the source.\n'));
    });
    show.end();
    if (json === true) process.stdout.write(`${JSON.stringify({ name: setup.name, ...applied, baseline: result })}\n`);
    for (const line of summary(result, (performance.now() - started) / 1_000)) process.stderr.write(`${line}\n`);
    if (result.tables.some(({ state }) => state === 'left')) process.exitCode = EXIT_INTERRUPTED;
    if (result.tables.some(({ state }) => state === 'refused')) process.exitCode = 1;
  } catch (error) {
    show.end();
    if (applied !== undefined)
      process.stderr.write('What was observed stays. Run the same command again, without --again: it goes on where it stood.\n');
    throw error;
  } finally {
    stop.end();
  }
}

/** The first Ctrl-C lets the page come to its end; one more ends the process at once, which loses nothing either. */
function stopOnSignal(): { readonly signal: AbortSignal; end(): void } {
  const abort = new AbortController();
  const asked = (): void => {
    if (abort.signal.aborted) process.exit(EXIT_INTERRUPTED);
    abort.abort();
    process.stderr.write('\nEnding after this page.\n');
  };
  process.on('SIGINT', asked);
  process.on('SIGTERM', asked);
  return {
    signal: abort.signal,
    end: () => {
      process.off('SIGINT', asked);
      process.off('SIGTERM', asked);
    },
  };
}

/** A bar on a terminal; elsewhere a line for each table, and now and then one for a long table. */
function shower(): { progress(progress: BaselineProgress): void; end(): void } {
  const bar = progressBar();
  let toldAt = performance.now();
  return {
    progress: ({ table, rows, estimated, done, total, before, finished }) => {
      const label = `${printable(table)} ${rows.toLocaleString('en')}${finished ? '' : ` of about ${estimated.toLocaleString('en')}`}`;
      if (process.stderr.isTTY) {
        bar.update({ done, total, before, label });
      } else if (finished || performance.now() - toldAt > LINE_MS) {
        toldAt = performance.now();
        process.stderr.write(`${finished ? 'observed' : 'reading '} ${label} rows\n`);
      }
    },
    end: () => bar.end(),
  };
}

function summary({ tables, rows, tenantUnknown, takenAt }: BaselineResult, seconds: number): string[] {
  const of = (wanted: string) => tables.filter(({ state }) => state === wanted);
  const count = (list: readonly unknown[]): string => `${list.length.toLocaleString('en')} ${list.length === 1 ? 'table' : 'tables'}`;
  const lines: string[] = [];
  const before = of('before');
  const observed = of('observed');
  if (before.length > 0) {
    const last = before.reduce((a, b) => ((a.finishedAt ?? 0) > (b.finishedAt ?? 0) ? a : b));
    const when = `${count(before)} had been observed, the last at ${last.position} on ${last.finishedAt?.toISOString()}`;
    lines.push(before.length === tables.length ? `Nothing to do: ${when}. --again takes them anew.` : `${when}.`);
  }
  if (rows > 0 || observed.length > 0) {
    const at = [...new Set(observed.map(({ position }) => position))].join(', ');
    lines.push(
      `${pc.green('observed')} ${rows.toLocaleString('en')} rows, ${count(observed)} whole${at === '' ? '' : `, at ${at}`}, as of ${takenAt?.toISOString()}; ` +
        `${Math.round(rows / Math.max(0.001, seconds)).toLocaleString('en')} rows/s.`,
    );
  }
  if (tenantUnknown > 0) lines.push(`${tenantUnknown.toLocaleString('en')} rows lead to no tenant: they are in the log of default.`);
  for (const { table, reason, remedy } of of('refused')) {
    lines.push(`${pc.red('not observed')} ${printable(`${table}: ${reason ?? ''}`)}`);
    if (remedy !== undefined) lines.push(`             ${pc.cyan(printable(remedy))}`);
  }
  if (of('left').length > 0)
    lines.push(`${count(of('left'))} left. Run the same command again, without --again: it goes on where it stood.`);
  return lines;
}
