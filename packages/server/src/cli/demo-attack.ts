// indelible demo tamper, and demo restore: what the keys [t] and [r] of its screen do, from another terminal.
// Only on the embedded database of a demo: nobody alters a real trail by a slip of the hand.

import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '@indelible/core';
import { Command } from 'commander';
import type pg from 'pg';
import { readConfig } from '../config.ts';
import { trailUrl } from '../store/trail-url.ts';
import { APPLICATION_DATABASE } from './demo-application.ts';
import { restore, tamper, type Tampered } from './demo-tamper.ts';
import { standardOutput } from './output.ts';
import { withPool } from './with-pool.ts';

/** What was altered, as it was before: beside the data, for the way back. */
const ALTERED_FILE = 'demo-altered.json';

export function demoTamperCommand(): Command {
  return new Command('tamper')
    .description("Alter one event of a running demo (INDELIBLE_DATA_DIR) as the database's superuser could, and say which")
    .option('--tenant <tenant>', 'whose event (INDELIBLE_TENANT)')
    .action(async (options: { tenant?: string }) => {
      const { client, dataDirectory } = readConfig();
      const tenant = options.tenant ?? client.tenant;
      if (tenant === undefined) throw new Failure('parameter_invalid', 'say whose event to alter: --tenant, or INDELIBLE_TENANT');
      if ((await altered(dataDirectory)) !== undefined)
        throw new Failure('parameter_invalid', 'one event is altered already; "indelible demo restore" puts it back');
      const done = await inDemo(dataDirectory, (owner) => tamper(owner, tenant));
      if (done === undefined) throw new Failure('not_found', `there is no update of ${tenant} by somebody with a name to alter yet`);
      await writeFile(join(dataDirectory, ALTERED_FILE), JSON.stringify(done), { mode: 0o600 });
      await standardOutput().line(
        `altered as the database's superuser, past every grant:\n  ${done.statement}\n${done.action} by ${done.actorBefore} now says ${done.actorAfter}`,
      );
    });
}

export function demoRestoreCommand(): Command {
  return new Command('restore').description('Put back what "demo tamper" altered').action(async () => {
    const { dataDirectory } = readConfig();
    const before = await altered(dataDirectory);
    if (before === undefined) throw new Failure('not_found', `nothing is altered in ${dataDirectory}`);
    await inDemo(dataDirectory, (owner) => restore(owner, before));
    await rm(join(dataDirectory, ALTERED_FILE), { force: true });
    await standardOutput().line(`restored sequence ${before.seq}`);
  });
}

/** @throws Failure `database_unsuitable` when the database is not the one of a demo */
async function inDemo<Result>(dataDirectory: string, work: (owner: pg.Pool) => Promise<Result>): Promise<Result> {
  return withPool(await trailUrl({ dataDirectory }), async (owner) => {
    const { rowCount } = await owner.query('select from pg_database where datname = $1', [APPLICATION_DATABASE]);
    if (rowCount === 0) throw new Failure('database_unsuitable', `${dataDirectory} is not the data directory of a demo`);
    return work(owner);
  });
}

async function altered(dataDirectory: string): Promise<Tampered | undefined> {
  const text = await readFile(join(dataDirectory, ALTERED_FILE), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as Tampered);
}
