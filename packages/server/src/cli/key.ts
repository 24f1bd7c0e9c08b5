// indelible key create | list | rotate | revoke: the API keys, straight in the trail's database.

import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '@indelible/core';
import { Command, Option } from 'commander';
import { makeKey, presentKey, type PresentedKey, rotateKey, scopeNamed, takeKey } from '../access/keys.ts';
import { KEY_CACHE_MS, KEY_OVERLAP_SECONDS_DEFAULT } from '../limits.ts';
import { listKeys, SCOPES } from '../store/api-keys.ts';
import { seconds } from './duration.ts';
import { asOwner } from './terminal-owner.ts';

const json = (): Option => new Option('--json', 'print JSON');
const KEEP = 'keep the key now; only its hash is stored.';

export function keyCommand(): Command {
  const command = new Command('key').description('Make, list, rotate and revoke API keys');
  command
    .command('create')
    .description('Make a key and print it, once')
    .requiredOption('--name <name>', 'what the key is for')
    .option('--tenant <tenant>', 'the tenant that it is good for')
    .option('--all-tenants', 'good for all tenants; requests name one by the header Indelible-Tenant')
    .option('--scope <scopes>', `some of ${SCOPES.join(', ')}, joined by commas`, 'ingest')
    .option('--expires <time>', 'how long it is good, such as 90d (default: until it is revoked)', seconds)
    .option('--from <networks>', 'addresses or networks from where alone it is good, such as 10.0.0.0/8, joined by commas')
    .addOption(json())
    .action((options: CreateOptions) => create(options));
  command
    .command('list')
    .description('List the keys; what they are is stored nowhere')
    .addOption(json())
    .action((options: { json?: boolean }) => list(options));
  command
    .command('rotate <id>')
    .description('Make a key that takes the place of another one, and print it, once; both are good until the overlap is over')
    .option('--overlap <time>', 'how long the former key stays good, such as 24h', seconds, KEY_OVERLAP_SECONDS_DEFAULT)
    .addOption(json())
    .action((id: string, options: { overlap: number; json?: boolean }) => rotate(id, options));
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
  readonly expires?: number;
  readonly from?: string;
  readonly json?: boolean;
}

async function create({ name, tenant, allTenants, scope, expires, from, json: asJson }: CreateOptions): Promise<void> {
  if ((tenant === undefined) === (allTenants !== true))
    throw new Failure('parameter_invalid', 'name one tenant by --tenant, or say --all-tenants');
  const scopes = scope.split(',').map((one) => scopeNamed(one.trim()));
  const addresses = from?.split(',').map((one) => one.trim());
  const expiresAt = expires === undefined ? undefined : new Date(Date.now() + expires * 1_000);
  const made = await asOwner((ctx) => makeKey(ctx, { name, tenant, scopes, addresses, expiresAt }));
  print(asJson, { ...presentKey(made.key), key: made.token }, made.token, `${made.key.id}: ${KEEP}`);
}

async function list(options: { json?: boolean }): Promise<void> {
  const keys = (await asOwner(({ owner }) => listKeys(owner))).map(presentKey);
  if (options.json) {
    process.stdout.write(`${JSON.stringify(keys)}\n`);
    return;
  }
  if (keys.length === 0) process.stdout.write('There are no keys. Make one: indelible key create --name <name> --tenant <tenant>\n');
  for (const key of keys) {
    const used = key.lastUsedAt === undefined ? 'never used' : `used ${key.lastUsedAt}`;
    process.stdout.write(
      `${[key.id, stateOf(key), key.tenant ?? 'all tenants', key.scopes.join(','), key.createdAt, used, key.name].join('\t')}\n`,
    );
  }
}

function stateOf({ revokedAt, expiresAt }: PresentedKey): string {
  if (revokedAt !== undefined) return 'revoked';
  if (expiresAt === undefined) return 'good';
  return Date.parse(expiresAt) <= Date.now() ? 'expired' : `good until ${expiresAt}`;
}

async function rotate(id: string, options: { overlap: number; json?: boolean }): Promise<void> {
  const { token, key, former } = await asOwner((ctx) => rotateKey(ctx, id, options.overlap));
  const end = former.expiresAt?.toISOString();
  print(
    options.json,
    { ...presentKey(key), key: token, former: presentKey(former) },
    token,
    `${key.id}: ${KEEP} ${id} is good until ${end}.`,
  );
}

async function revoke(id: string, options: { json?: boolean }): Promise<void> {
  const key = presentKey(await asOwner((ctx) => takeKey(ctx, id)));
  // A server may remember a key for this long; afterwards the promise of the command is true everywhere.
  await sleep(KEY_CACHE_MS + 100);
  process.stdout.write(options.json ? `${JSON.stringify(key)}\n` : `${key.id} is revoked\n`);
}

function print(asJson: boolean | undefined, value: object, text: string, note: string): void {
  process.stdout.write(`${asJson === true ? JSON.stringify(value) : text}\n`);
  process.stderr.write(`${note}\n`);
}
