// indelible demo (npm start): the server, a real application whose database it captures, and people who use it.

import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Command, InvalidArgumentError } from 'commander';
import type { Logger } from 'pino';
import { bySystem } from '../access/actor.ts';
import { signInUrl } from '../access/people/sign-in-url.ts';
import { linkVisitor } from '../access/people/visitor.ts';
import { type Config, readConfig } from '../config.ts';
import { makeLogger } from '../logger.ts';
import { type RunningServer, startServer } from '../main.ts';
import { ensureDatabase, removeEmbedded } from '../store/embedded/index.ts';
import { demoRestoreCommand, demoTamperCommand } from './demo-attack.ts';
import { APPLICATION_DATABASE, type Application, startApplication } from './demo-application.ts';
import { runScreen } from './demo-screen.ts';
import { dropStraySlot } from './demo-slot.ts';
import { makeSteps, type Steps } from './demo-steps.ts';
import { type Part, type PartProgress, type Story, type StoryOptions, tellStory } from './demo-story.ts';
import { untilStopped } from './until-stopped.ts';
import { withPool } from './with-pool.ts';

/** The tenants that the example application is born with. */
const TENANTS = ['org_acme', 'org_globex'] as const;
const SOURCE = 'bots';
/** RFC 2606: nobody's address. */
const VISITOR = { email: 'visitor@example.invalid', name: 'Visitor' };
/** What one person or another does, at the pace of an office. */
const RATE_PER_SECOND = '0.5';
const SEED = '1';
/** After so long the demo is ready, though the last days of its story are still being played. */
const READY_MS_MAX = 12_000;

interface DemoOptions {
  readonly ephemeral?: boolean;
  readonly rate: string;
  readonly seed: string;
  readonly today?: string;
}

export function demoCommand(): Command {
  return new Command('demo')
    .description('Run the server with an example company whose database it captures, and a month of its history (npm start)')
    .option('--ephemeral', 'keep nothing: the data directory is a temporary one')
    .option('--rate <number>', 'what the people of the example do once the story is told, in acts a second', RATE_PER_SECOND)
    .option('--seed <number>', 'another seed, another month: for a new data directory', fitting(/^\d{1,9}$/, 'a whole number'), SEED)
    .option(
      '--today <date>',
      'the month of history ends then: YYYY-MM-DD, for a new data directory',
      fitting(/^\d{4}-\d\d-\d\d$/, 'YYYY-MM-DD'),
    )
    .action(demo)
    .addCommand(demoTamperCommand())
    .addCommand(demoRestoreCommand());
}

function fitting(pattern: RegExp, expected: string): (text: string) => string {
  return (text) => {
    if (!pattern.test(text)) throw new InvalidArgumentError(`expected ${expected}`);
    return text;
  };
}

async function demo(options: DemoOptions): Promise<void> {
  const terminal = process.stdin.isTTY && process.stdout.isTTY;
  const config = await demoConfig(options.ephemeral === true);
  const logger = makeLogger(terminal && config.logLevel === 'info' ? 'warn' : config.logLevel);
  const stopping = new AbortController();
  const stopped = untilStopped(logger).then(() => stopping.abort());
  const started: Started = {};
  try {
    const story = await start(started, { ...options, config, logger, steps: makeSteps(terminal ? process.stdout : undefined), stopped });
    if (stopping.signal.aborted || story === undefined) return;
    const { server, application } = started as Required<Started>;
    const signIn = await visitorLink(server);
    if (terminal) await runScreen({ server, signIn, config, application, story, tenant: TENANTS[0], signal: stopping.signal });
    else {
      process.stdout.write(`${JSON.stringify({ ready: true, url: server.url, tenants: TENANTS, application: application.url, signIn })}\n`);
      await stopped;
    }
  } finally {
    await started.application?.stop();
    await started.server?.stop();
    if (options.ephemeral === true) {
      await removeEmbedded(config.dataDirectory);
      await rm(config.dataDirectory, { recursive: true, force: true });
    }
  }
}

/** A link, good once and for an hour, that lets whoever tries the example in. No password exists. */
async function visitorLink(server: RunningServer): Promise<string> {
  const made = await withPool(server.databaseUrl, (owner) => linkVisitor({ owner, by: bySystem() }, VISITOR));
  return signInUrl(server.publicUrl, made.token, TENANTS[0]);
}

/** What has to be stopped again, as far as it was started. */
interface Started {
  server?: RunningServer;
  application?: Application;
}

interface StartOptions extends DemoOptions {
  readonly config: Config;
  readonly logger: Logger;
  readonly steps: Steps;
  /** Resolves when somebody wants to stop: then what is under way is finished, and nothing else begun. */
  readonly stopped: Promise<void>;
}

/** @returns undefined when somebody wanted to stop meanwhile */
async function start(started: Started, { config, logger, steps, stopped, rate, seed, today }: StartOptions): Promise<Story | undefined> {
  let stop = false;
  void stopped.then(() => (stop = true));
  const began = performance.now();
  const server = await steps.run('PostgreSQL and the server', async () => (started.server = await startServer(config, logger)));
  await keepKeys(config);
  if (stop) return undefined;
  const databaseUrl = withDatabase(server.databaseUrl, APPLICATION_DATABASE);
  const says: Partial<Record<Part, (detail: string) => void>> = {};
  const onProgress: StoryOptions['onProgress'] = (progress) => says[progress.part]?.(progressText(progress));
  const story = await steps.run('the example and its database', async () => {
    await ensureDatabase(server.databaseUrl, APPLICATION_DATABASE);
    await dropStraySlot(server.databaseUrl, databaseUrl, SOURCE);
    started.application = await startApplication({ databaseUrl, contextKey: config.contextKey ?? '', logger });
    const telling = tellStory(started.application, { serverUrl: server.url, key: config.adminKey ?? '', seed, today, rate, onProgress });
    await telling.prepared;
    return telling;
  });
  if (stop) return undefined;
  await steps.run('capturing that database', () => server.capture({ name: SOURCE, url: databaseUrl }));
  story.captured();
  await steps.run('four weeks of history', (say) => {
    says.history = say;
    return Promise.race([story.imported, stopped]);
  });
  await steps.run('the last two days, as they go', async (say) => {
    says.days = say;
    const patience = sleep(Math.max(0, READY_MS_MAX - (performance.now() - began)), true, { ref: false });
    const goesOn = await Promise.race([story.told, stopped, patience]);
    if (goesOn === true) say('the rest comes while you look around');
  });
  return story;
}

function progressText({ part, done, of, there }: PartProgress): string {
  const unit = part === 'history' ? 'events' : 'steps';
  if (there) return `${of.toLocaleString('en')} ${unit}, there already`;
  return done === of ? `${of.toLocaleString('en')} ${unit}` : `${done.toLocaleString('en')} of ${of.toLocaleString('en')} ${unit}`;
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
