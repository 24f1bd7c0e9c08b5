// indelible viewer create | revoke: tokens by which a customer reads a tenant or a part of it, from the server.

import { Failure } from '@indelible/core';
import { Command } from 'commander';
import type { MadeViewerToken, NewViewerToken } from '../access/viewers.ts';
import { clientOf, type ClientOptions, withClientOptions } from './client-options.ts';
import { seconds } from './duration.ts';
import { jsonLine } from './output.ts';

interface CreateOptions extends ClientOptions {
  readonly resource?: string;
  readonly actor?: string;
  readonly scope?: string;
  readonly expires?: number;
  readonly viewer?: string;
  readonly name?: string;
  readonly json?: boolean;
}

export function viewerCommand(): Command {
  const command = new Command('viewer').description('Make and revoke viewer tokens, with a key that has the scope embed');
  const create = command
    .command('create')
    .description('Make a token and print it, once')
    .option('--resource <type/id>', 'only what is about this resource')
    .option('--actor <id>', 'only what this actor did')
    .option('--scope <query>', 'only what this query asks for: fields alone, and no times')
    .option('--expires <time>', 'how long it is good, up to 24h (default: 1h)', seconds)
    .option('--viewer <id>', 'whom it is for: what they read is on record under it')
    .option('--name <name>', 'their name')
    .option('--json', 'print JSON');
  withClientOptions(create).action(make);
  const revoke = command.command('revoke <id>').description('Revoke a token; within 5 seconds no server accepts it, and its streams end');
  withClientOptions(revoke).action(async (id: string, options: ClientOptions) => {
    await clientOf(options).post(`/v1/viewer-tokens/${encodeURIComponent(id)}/revoke`, {});
    process.stdout.write(`${id} is revoked\n`);
  });
  return command;
}

async function make(options: CreateOptions): Promise<void> {
  const { resource, actor, scope, expires, viewer, name } = options;
  if (name !== undefined && viewer === undefined) throw new Failure('parameter_invalid', '--name: say by --viewer whose name it is');
  const wanted: NewViewerToken = {
    ...(resource === undefined ? {} : { resource: resourceNamed(resource) }),
    ...(actor === undefined ? {} : { actor }),
    ...(scope === undefined ? {} : { scope }),
    ...(expires === undefined ? {} : { expiresInSeconds: expires }),
    ...(viewer === undefined ? {} : { viewer: { id: viewer, ...(name === undefined ? {} : { name }) } }),
  };
  const made = await clientOf(options).post<MadeViewerToken>('/v1/viewer-tokens', wanted);
  process.stdout.write(`${options.json === true ? jsonLine(made) : made.token}\n`);
  process.stderr.write(`${made.id}: reads ${made.scope ?? 'everything'} of ${made.tenant} until ${made.expiresAt}\n`);
}

function resourceNamed(text: string): { type: string; id: string } {
  const at = text.indexOf('/');
  if (at < 1 || at === text.length - 1)
    throw new Failure('parameter_invalid', `--resource: expected a type and an id such as bot/bot_42, got "${text}"`);
  return { type: text.slice(0, at), id: text.slice(at + 1) };
}
