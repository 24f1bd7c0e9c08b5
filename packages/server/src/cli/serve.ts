// indelible serve: the server itself, until SIGTERM or SIGINT.

import { Command } from 'commander';
import { readConfig } from '../config.ts';
import { makeLogger } from '../logger.ts';
import { startServer } from '../main.ts';
import { untilStopped } from './until-stopped.ts';

export function serveCommand(): Command {
  return new Command('serve')
    .description('Run the server. Every setting is an environment variable.')
    .addHelpText('after', SETTINGS)
    .action(async () => {
      const config = readConfig();
      const logger = makeLogger(config.logLevel);
      const server = await startServer(config, logger);
      // Nobody can sign in yet, and whoever reads this line may be the first.
      const signIn = await server.firstLink();
      process.stdout.write(
        `${JSON.stringify({ ready: true, url: server.url, tenants: [], ...(signIn === undefined ? {} : { signIn }) })}\n`,
      );
      await untilStopped(logger);
      await server.stop();
    });
}

const SETTINGS = `
Settings (environment variables):
  INDELIBLE_PORT            8787 by default; 0 takes any free port
  INDELIBLE_BIND            127.0.0.1 by default
  INDELIBLE_DATA_DIR        where the embedded PostgreSQL and the signer live; .indelible by default
  INDELIBLE_DATABASE_URL    your own PostgreSQL 15 or newer, in place of the embedded one
  INDELIBLE_LOG_NAME        the name in every origin; fixed when the trail is created
  INDELIBLE_SIGNER_DIR      the signer's key and memory; keep it away from the database
  INDELIBLE_CONTEXT_KEY     shared with the applications, so that they can prove who acted
  INDELIBLE_ADMIN_KEY       ink_...: every scope, all tenants
  INDELIBLE_PUBLIC_URL      https://...: where people reach the server behind a proxy
  INDELIBLE_SOURCE_<NAME>   postgres://...: capture this database
  INDELIBLE_CAPTURE_MAPPING a YAML file: types, ids, tenants, redacted columns and skipped tables
  INDELIBLE_LOG_LEVEL       trace, debug, info (default), warn, error, fatal, silent
`;
