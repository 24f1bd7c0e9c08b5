// indelible key create | list | revoke: the API keys, straight in the trail's database.

import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '@indelible/core';
import { Command, Option } from 'commander';
import type pg from 'pg';
import { readConfig } from '../config.ts';
import { KEY_CACHE_MS } from '../limits.ts';
import { type ApiKey, createKey, listKeys, revokeKey, type Scope, SCOPES } from '../store/api-keys.ts';
import { trailUrl } from '../store/trail-url.ts';
import { withPool } from './with-pool.ts';

const json = (): Option => new Option('--json', 'print JSON');

export function keyCommand(): Command {
  const command = new Command('key').description('Make, list and revoke API keys');
  command
    .command('create')
    .description('Make a key and print it, once')
    .requiredOption('--name <name>', 'what the key is for')
    .option('--tenant <tenant>', 'the tenant that it is good for')
    .option('--all-tenants', 'good for all tenants; requests name one by the header Indelible-Tenant')
    .option('--scope <scopes>', `some of ${SCOPES.join(', ')}, joined by commas`, 'ingest')
    .addOption(json())
    .action((options: CreateOptions) => create(options));
  command
    .command('list')
    .description('List the keys; what they are is stored nowhere')
    .addOption(json())
    .action((options: { json?: boolean }) => list(options));
  command
    .command('revoke <id>')
    .description('Revoke a key; when the command ends no server accepts it any more')
    .addOption(json())
    .action((id: string, options: { json?: boolean }) => revoke(id, options));
  return command;
}

interface CreateOptions {
  readonly name: string;
  readonly tenant?: string;
  readonly allTenants?: boolean;
  readonly scope: string;
  readonly json?: boolean;
}

async function create(options: CreateOptions): Promise<void> {
  if ((options.tenant === undefined) === (options.allTenants !== true))
    throw new Failure('parameter_invalid', 'name one tenant by --tenant, or say --all-tenants');
  const scopes = options.scope.split(',').map((scope) => scope.trim());
  for (const scope of scopes) {
    if (!isScope(scope)) throw new Failure('parameter_invalid', `there is no scope "${scope}"; there are ${SCOPES.join(', ')}`);
  }
  const { tenant, name } = options;
  const made = await owner((db) => createKey(db, { name, ...(tenant === undefined ? {} : { tenant }), scopes: scopes.filter(isScope) }));
  if (options.json) process.stdout.write(`${JSON.stringify({ ...present(made.key), key: made.token })}\n`);
  else process.stdout.write(`${made.token}\n`);
  process.stderr.write(`${made.key.id}: keep the key now; only its hash is stored.\n`);
}

function isScope(scope: string): scope is Scope {
  return SCOPES.some((known) => known === scope);
}

async function list(options: { json?: boolean }): Promise<void> {
  const keys = (await owner(listKeys)).map(present);
  if (options.json) {
    process.stdout.write(`${JSON.stringify(keys)}\n`);
    return;
  }
  if (keys.length === 0) process.stdout.write('There are no keys. Make one: indelible key create --name <name> --tenant <tenant>\n');
  for (const key of keys) {
    process.stdout.write(
      `${[key.id, key.revokedAt === undefined ? 'good' : 'revoked', key.tenant ?? 'all tenants', key.scopes.join(','), key.createdAt, key.name].join('\t')}\n`,
    );
  }
}

async function revoke(id: string, options: { json?: boolean }): Promise<void> {
  const key = present(await owner((db) => revokeKey(db, id)));
  // A server may remember a key for this long; afterwards the promise of the command is true everywhere.
  await sleep(KEY_CACHE_MS + 100);
  process.stdout.write(options.json ? `${JSON.stringify(key)}\n` : `${key.id} is revoked\n`);
}

function present(key: ApiKey): Omit<ApiKey, 'createdAt' | 'revokedAt'> & { createdAt: string; revokedAt?: string } {
  const { createdAt, revokedAt, ...rest } = key;
  return { ...rest, createdAt: createdAt.toISOString(), ...(revokedAt === undefined ? {} : { revokedAt: revokedAt.toISOString() }) };
}

async function owner<Result>(work: (db: pg.Pool) => Promise<Result>): Promise<Result> {
  return withPool(await trailUrl(readConfig()), work);
}
