// The terminal of the demo: the trail as it fills up, and five keys.

import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { deltasOf, type Json } from '@indelible/core';
import pc from 'picocolors';
import pg from 'pg';
import type { Config } from '../config.ts';
import type { RunningServer } from '../main.ts';
import type { PresentedEvent } from '../query/present.ts';
import { verifyDatabase } from '../verify/database.ts';
import { formatVerdict } from '../verify/format.ts';
import { makeApiClient } from './api-client.ts';
import type { Application } from './demo-application.ts';
import type { Story } from './demo-story.ts';
import { restore, type Tampered, tamper } from './demo-tamper.ts';
import { makeEventTable } from './event-table.ts';
import { follow } from './follow.ts';
import { cut, printable, width } from './text-width.ts';

export interface ScreenOptions {
  readonly server: RunningServer;
  /** The one-time link that signs the visitor in. */
  readonly signIn: string;
  readonly config: Config;
  readonly application: Application;
  readonly story: Story;
  readonly tenant: string;
  /** Fires when the process is asked to stop. */
  readonly signal: AbortSignal;
}

const KEYS = `${pc.bold('[s]')} the story  ${pc.bold('[t]')} tamper  ${pc.bold('[v]')} verify  ${pc.bold('[r]')} restore  ${pc.bold('[q]')} quit`;

/** Shows the trail until somebody presses q, Ctrl-C, or the process is asked to stop. */
export async function runScreen(options: ScreenOptions): Promise<void> {
  const { server, config, tenant } = options;
  const out = (text: string): boolean => process.stdout.write(`${text}\n`);
  const owner = new pg.Pool({ connectionString: server.databaseUrl, max: 1 });
  const quit = new AbortController();
  options.signal.addEventListener('abort', () => quit.abort());
  let tampered: Tampered | undefined;

  const actions: Readonly<Record<string, () => Promise<void>>> = {
    t: async () => {
      if (tampered !== undefined) {
        out(pc.yellow('One event is altered already: [v] finds it, [r] restores it.'));
        return;
      }
      tampered = await tamper(owner, tenant);
      if (tampered === undefined) out('Nothing to tamper with yet; wait for the first update.');
      else
        out(
          `${pc.red('tampered')} as the database's superuser, past every grant:\n  ${pc.dim(tampered.statement)}\n  ${tampered.action} by ${tampered.actorBefore} now says ${tampered.actorAfter}. Press [v].`,
        );
    },
    v: async () => {
      out(pc.dim('verifying everything in the database ...'));
      const result = await verifyDatabase({ ownerUrl: server.databaseUrl, signerDirectory: config.signerDirectory });
      out(formatVerdict(result, pc.isColorSupported).trimEnd());
    },
    r: async () => {
      if (tampered === undefined) {
        out('Nothing is altered.');
        return;
      }
      await restore(owner, tampered);
      out(`${pc.green('restored')} sequence ${tampered.seq}. Press [v].`);
      tampered = undefined;
    },
    s: async () => {
      for (const line of storyLines(options)) out(line);
    },
    q: async () => quit.abort(),
  };

  introduce(options, out);
  const release = listenToKeys(actions, quit, out);
  await showEvents(options, quit.signal, out);
  release();
  if (tampered !== undefined) await restore(owner, tampered);
  await owner.end();
}

function introduce(options: ScreenOptions, out: (text: string) => void): void {
  const { server, application, signIn } = options;
  out(`
${pc.bold('Indelible')} ${server.url}   the example application ${application.url}

  The dashboard, signed in (the link is good once, for an hour):
    ${pc.cyan(signIn)}

  Or ask it yourself, in another terminal (docs/TOUR.md leads through it in five minutes):
    ${exportLine(options)}
    ./indelible query 'operation:update attribution:verified' --verbose
    ./indelible state bot bot_support --at -2d
    ./indelible tail
    ./indelible verify --server ${server.url} --state trail.state

  ${KEYS}
`);
}

function exportLine({ server, config, tenant }: ScreenOptions): string {
  return `export INDELIBLE_URL=${server.url} INDELIBLE_KEY=${config.adminKey} INDELIBLE_TENANT=${tenant}`;
}

/** The story in ten lines, each with the query that finds it. */
function storyLines(options: ScreenOptions): string[] {
  const moments = options.story.moments();
  if (moments.length === 0) return ['The story has not begun yet.'];
  const told = moments.flatMap(({ line, query }, n) => [
    `${pc.bold(String(n + 1).padStart(2))} ${line}`,
    `   ${pc.cyan(`./indelible query '${query}'`)}`,
  ]);
  return ['', `${pc.bold('The story.')} Its queries, in another terminal, after`, `   ${pc.dim(exportLine(options))}`, ...told, ''];
}

/** One key at a time: a second one waits until the first has done its work. */
function listenToKeys(
  actions: Readonly<Record<string, () => Promise<void>>>,
  quit: AbortController,
  out: (text: string) => void,
): () => void {
  let busy = Promise.resolve();
  const onKey = (data: Buffer): void => {
    const key = data.toString();
    if (key === '\u0003') {
      quit.abort();
      return;
    }
    const action = actions[key.toLowerCase()];
    if (action === undefined) {
      out(KEYS);
      return;
    }
    busy = busy.then(action).catch((error: unknown) => out(pc.red(error instanceof Error ? error.message : String(error))));
  };
  process.stdin.setRawMode(true).resume().on('data', onKey);
  return () => {
    process.stdin.off('data', onKey).setRawMode(false).pause();
  };
}

async function showEvents(options: ScreenOptions, signal: AbortSignal, out: (text: string) => void): Promise<void> {
  const { server, config, tenant, story } = options;
  // While hundreds of events of the last days come in, nobody could read what there is to try.
  await Promise.race([story.told.catch(() => undefined), once(signal, 'abort')]);
  const client = makeApiClient({ url: server.url, key: config.adminKey, tenant });
  const table = makeEventTable(process.stdout.columns, false);
  const events = follow(client, {
    q: '',
    past: 5,
    pollMs: 500,
    signal,
    sleep: (ms) => sleep(ms, undefined, { signal }).catch(() => undefined),
    onFault: (failure) => out(pc.dim(failure.message)),
    onSuccession: (origin) => out(pc.dim(`another log has taken over: ${origin}`)),
  });
  for await (const event of events) {
    for (const line of table.lines(event)) out(line);
    // Of what was created or deleted the sentence says enough here.
    if (event.operation === 'update') for (const line of changeLines(event)) out(line);
  }
}

/** When a row was changed last is said by the time of the event. */
const UNTELLING = 'updated_at';

/** "model: small-1 -> large-2", one line each. */
function changeLines({ change }: PresentedEvent): string[] {
  if (change === undefined) return [];
  const columns = (process.stdout.columns ?? 80) - 1;
  const deltas = deltasOf(change).filter(({ field }) => field !== UNTELLING);
  return deltas.map(({ field, before, after }) => {
    const room = Math.floor((columns - width(field) - 10) / 2);
    return `    ${pc.yellow(printable(field))}: ${pc.red(valueText(before, room))} -> ${pc.green(valueText(after, room))}`;
  });
}

function valueText(value: Json | undefined, room: number): string {
  if (value === undefined) return '(none)';
  return cut(printable(typeof value === 'string' ? value : JSON.stringify(value)), Math.max(8, room));
}
