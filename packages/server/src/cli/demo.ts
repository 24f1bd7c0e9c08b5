// indelible demo (npm start): the server, a real application whose database it captures, and people who use it.

import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import pc from 'picocolors';
import { type Config, readConfig } from '../config.ts';
import { makeLogger } from '../logger.ts';
import { type RunningServer, startServer } from '../main.ts';
import { ensureDatabase, removeEmbedded } from '../store/embedded/index.ts';
import { APPLICATION_DATABASE, type Application, startApplication } from './demo-application.ts';
import { runScreen } from './demo-screen.ts';
import { untilStopped } from './until-stopped.ts';

/** The tenants that the example application is born with. */
const TENANTS = ['org_acme', 'org_globex'] as const;
const SOURCE = 'bots';
const RATE_PER_SECOND = 1.5;

export function demoCommand(): Command {
  return new Command('demo')
    .description('Run the server with an example application whose database it captures (npm start)')
    .option('--ephemeral', 'keep nothing: the data directory is a temporary one')
    .option('--rate <number>', 'what the people of the example do, in actions a second', String(RATE_PER_SECOND))
    .action(demo);
}

async function demo(options: { ephemeral?: boolean; rate: string }): Promise<void> {
  const terminal = process.stdin.isTTY && process.stdout.isTTY;
  const say = (text: string): void => {
    if (terminal) process.stdout.write(`${text}\n`);
  };
  const config = await demoConfig(options.ephemeral === true);
  const logger = makeLogger(terminal && config.logLevel === 'info' ? 'warn' : config.logLevel);
  let server: RunningServer | undefined;
  let application: Application | undefined;
  try {
    say(pc.dim('starting PostgreSQL and the server ...'));
    server = await startServer(config, logger);
    await keepKeys(config);
    say(pc.dim('starting the example application ...'));
    const applicationUrl = withDatabase(server.databaseUrl, APPLICATION_DATABASE);
    await ensureDatabase(server.databaseUrl, APPLICATION_DATABASE);
    application = await startApplication({ databaseUrl: applicationUrl, contextKey: config.contextKey ?? '', rate: options.rate, logger });
    await server.capture({ name: SOURCE, url: applicationUrl });
    application.drive();
    if (terminal) await runScreen({ server, config, application, tenant: TENANTS[0] });
    else {
      process.stdout.write(`${JSON.stringify({ ready: true, url: server.url, tenants: TENANTS, application: application.url })}\n`);
      await untilStopped(logger);
    }
  } finally {
    await application?.stop();
    await server?.stop();
    if (options.ephemeral === true) {
      await removeEmbedded(config.dataDirectory);
      await rm(config.dataDirectory, { recursive: true, force: true });
    }
  }
}

async function demoConfig(ephemeral: boolean): Promise<Config> {
  const config = readConfig();
  const dataDirectory = ephemeral ? await mkdtemp(join(tmpdir(), 'indelible-')) : config.dataDirectory;
  return {
    ...config,
    dataDirectory,
    ...(ephemeral ? { signerDirectory: join(dataDirectory, 'signer') } : {}),
    adminKey: config.adminKey ?? (await keptKey(dataDirectory, ADMIN_KEY_FILE)) ?? `ink_${randomBytes(24).toString('base64url')}`,
    contextKey: config.contextKey ?? (await keptKey(dataDirectory, CONTEXT_KEY_FILE)) ?? randomBytes(24).toString('base64url'),
  };
}

const ADMIN_KEY_FILE = 'admin-key';
const CONTEXT_KEY_FILE = 'context-key';

async function keptKey(directory: string, file: string): Promise<string | undefined> {
  return (await readFile(join(directory, file), 'utf8').catch(() => undefined))?.trim();
}

/** The example's keys stay the same from start to start; keys that came from the environment are not written down. */
async function keepKeys(config: Config): Promise<void> {
  const { adminKey, contextKey } = readConfig();
  await mkdir(config.dataDirectory, { recursive: true, mode: 0o700 });
  if (adminKey === undefined) await writeFile(join(config.dataDirectory, ADMIN_KEY_FILE), `${config.adminKey}\n`, { mode: 0o600 });
  if (contextKey === undefined) await writeFile(join(config.dataDirectory, CONTEXT_KEY_FILE), `${config.contextKey}\n`, { mode: 0o600 });
}

function withDatabase(url: string, database: string): string {
  const other = new URL(url);
  other.pathname = `/${database}`;
  return other.href;
}
