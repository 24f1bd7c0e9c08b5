// The options that say which server a command asks, and as whom; the environment gives their defaults.

import type { Command } from 'commander';
import { readConfig } from '../config.ts';
import { type ApiAccess, type ApiWriter, makeApiClient, makeStreamClient, type OpenStream } from './api-client.ts';

export interface ClientOptions {
  readonly server?: string;
  readonly key?: string;
  readonly tenant?: string;
}

export function withClientOptions(command: Command): Command {
  return command
    .option('--server <url>', 'the server to ask (INDELIBLE_URL)')
    .option('--key <key>', 'an API key with the scope read (INDELIBLE_KEY)')
    .option('--tenant <tenant>', 'the tenant, for a key that is good for all (INDELIBLE_TENANT)');
}

export function clientOf(options: ClientOptions): ApiWriter {
  return makeApiClient(accessOf(options));
}

export function streamOf(options: ClientOptions): OpenStream {
  return makeStreamClient(accessOf(options));
}

function accessOf(options: ClientOptions): ApiAccess {
  const { client } = readConfig();
  return { url: options.server ?? client.url, key: options.key ?? client.key, tenant: options.tenant ?? client.tenant };
}
