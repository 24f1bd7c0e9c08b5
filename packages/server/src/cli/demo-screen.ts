// The terminal of the demo: the trail as it fills up, and four keys.

import { setTimeout as sleep } from 'node:timers/promises';
import pc from 'picocolors';
import pg from 'pg';
import type { Config } from '../config.ts';
import type { RunningServer } from '../main.ts';
import { verifyDatabase } from '../verify/database.ts';
import { formatVerdict } from '../verify/format.ts';
import { makeApiClient } from './api-client.ts';
import type { Application } from './demo-application.ts';
import { restore, type Tampered, tamper } from './demo-tamper.ts';
import { makeEventTable } from './event-table.ts';
import { follow } from './follow.ts';

export interface ScreenOptions {
  readonly server: RunningServer;
  readonly config: Config;
  readonly application: Application;
  readonly tenant: string;
}

const KEYS = `${pc.bold('[t]')} tamper  ${pc.bold('[v]')} verify  ${pc.bold('[r]')} restore  ${pc.bold('[q]')} quit`;

/** Shows the trail until somebody presses q, Ctrl-C, or the process is asked to stop. */
export async function runScreen(options: ScreenOptions): Promise<void> {
  const { server, config, tenant } = options;
  const out = (text: string): boolean => process.stdout.write(`${text}\n`);
  const owner = new pg.Pool({ connectionString: server.databaseUrl, max: 1 });
  const quit = new AbortController();
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
    q: async () => quit.abort(),
  };

  introduce(options, out);
  const release = listenToKeys(actions, quit, out);
  await showEvents(options, quit.signal, out);
  release();
  if (tampered !== undefined) await restore(owner, tampered);
  await owner.end();
}

function introduce({ server, config, application, tenant }: ScreenOptions, out: (text: string) => void): void {
  out(`
${pc.bold('Indelible')} ${server.url}   the example application ${application.url}

  Ask it yourself, in another terminal:
    export INDELIBLE_URL=${server.url} INDELIBLE_KEY=${config.adminKey} INDELIBLE_TENANT=${tenant}
    ./indelible query 'operation:update attribution:verified' --verbose
    ./indelible tail
    ./indelible verify --server ${server.url} --state trail.state

  ${KEYS}
`);
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
  const onSignal = (): void => quit.abort();
  process.stdin.setRawMode(true).resume().on('data', onKey);
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  return () => {
    process.stdin.off('data', onKey).setRawMode(false).pause();
    process.off('SIGTERM', onSignal);
    process.off('SIGINT', onSignal);
  };
}

async function showEvents({ server, config, tenant }: ScreenOptions, signal: AbortSignal, out: (text: string) => void): Promise<void> {
  const client = makeApiClient({ url: server.url, key: config.adminKey, tenant });
  // Before and after are shown of updates; of what was created or deleted the sentence says enough here.
  const plain = makeEventTable(process.stdout.columns, false);
  const verbose = makeEventTable(process.stdout.columns, true);
  const events = follow(client, {
    q: '',
    past: 5,
    pollMs: 500,
    signal,
    sleep: (ms) => sleep(ms, undefined, { signal }).catch(() => undefined),
    onFault: (failure) => out(pc.dim(failure.message)),
    onSuccession: (origin) => out(pc.dim(`another log has taken over: ${origin}`)),
  });
  for await (const event of events) for (const line of (event.operation === 'update' ? verbose : plain).lines(event)) out(line);
}
