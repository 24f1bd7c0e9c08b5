// indelible verify: everything in the trail's database, or what a server shows to an outsider.

import { Failure } from '@indelible/core';
import { Command } from 'commander';
import pc from 'picocolors';
import { type Config, readConfig } from '../config.ts';
import { trailUrl } from '../store/trail-url.ts';
import { verifyDatabase } from '../verify/database.ts';
import { verifyExport } from '../verify/export-file.ts';
import type { VerifyResult } from '../verify/finding.ts';
import { formatVerdict } from '../verify/format.ts';
import { verifyServer } from '../verify/server.ts';
import { jsonLine, standardOutput } from './output.ts';
import { type ProgressBar, progressBar } from './progress-bar.ts';
import { reportFault } from './report.ts';

interface Options {
  readonly database?: string | true;
  readonly server?: string;
  readonly export?: string;
  readonly manifest?: string;
  readonly state?: string;
  readonly vkey?: string;
  readonly signerDir?: string;
  readonly key?: string;
  readonly tenant?: string;
  readonly events?: boolean;
  readonly workers?: string;
  readonly json?: boolean;
}

export function verifyCommand(): Command {
  return new Command('verify')
    .description('Verify that nothing was altered. Exit code: 0 verified, 1 altered, 2 incomplete or not readable, 3 wrong usage')
    .option('--database [url]', 'everything in the database: the URL of its owner (INDELIBLE_DATABASE_URL, or the embedded one)')
    .option('--server <url>', 'as an outsider, what a server shows (INDELIBLE_URL)')
    .option(
      '--export <file>',
      'an export: whether the file is whole and as it was made; with --server also whether it is what the log has on record',
    )
    .option('--manifest <file>', 'with --export: the manifest that belongs to it; <file>.manifest.json by default, if there is one')
    .option('--state <file>', 'with --server: keeps what was seen, so that the next run finds a log that was cut or rewritten')
    .option('--vkey <name+id+key>', 'the key that must have signed; got elsewhere than from what is verified')
    .option('--signer-dir <directory>', "with --database: compare with this signer's key and memory; the configured one's by default")
    .option('--key <key>', 'with --server: an API key with the scope read (INDELIBLE_KEY)')
    .option('--tenant <tenant>', 'with --server: the tenant, for a key that is good for all (INDELIBLE_TENANT)')
    .option('--events', 'with --server: prove every event, and not only a sample')
    .option('--workers <number>', 'with --database: how many threads; as many as there are cores by default')
    .option('--json', 'print the verdict as JSON')
    .action(async (options: Options) => {
      const bar = progressBar();
      try {
        const result = await run(options, bar);
        bar.end();
        await standardOutput().line(options.json ? jsonLine(result) : formatVerdict(result, pc.isColorSupported).trimEnd());
        process.exitCode = result.exitCode;
      } catch (error) {
        bar.end();
        // What cannot be read is not verified, but nothing says that it was altered either.
        process.exitCode = reportFault(error) === 3 ? 3 : 2;
      }
    });
}

async function run(options: Options, bar: ProgressBar): Promise<VerifyResult> {
  const onProgress: ProgressBar['update'] = (progress) => bar.update(progress);
  const { vkey, database, server, export: file } = options;
  if (file !== undefined) return runExport(file, options, onProgress);
  if ((database === undefined) === (server === undefined)) throw usage('say one of --database, --server and --export');
  if (options.manifest !== undefined) throw usage('--manifest belongs to --export');
  if (options.server !== undefined) {
    if (options.state === undefined) throw usage('--server needs --state <file>, which keeps what was seen from run to run');
    if (options.signerDir !== undefined || options.workers !== undefined) throw usage('--signer-dir and --workers belong to --database');
    const { client } = readConfig();
    return verifyServer({
      url: options.server,
      key: options.key ?? client.key,
      tenant: options.tenant ?? client.tenant,
      stateFile: options.state,
      ...(vkey !== undefined && { vkey }),
      allEvents: options.events === true,
      onProgress,
    });
  }
  if (options.state !== undefined || options.events !== undefined || options.key !== undefined || options.tenant !== undefined)
    throw usage('--state, --events, --key and --tenant belong to --server');
  const { ownerUrl, signerDirectory, sources } = await whichTrail(options.database);
  return verifyDatabase({
    ownerUrl,
    ...(vkey !== undefined && { vkeys: [vkey] }),
    ...(options.signerDir !== undefined && { signerDirectory: options.signerDir }),
    ...(signerDirectory !== undefined && { signerDirectoryIfThere: signerDirectory }),
    ...(options.workers !== undefined && { workers: threads(options.workers) }),
    ...(sources !== undefined && { sources }),
    onProgress,
  });
}

async function runExport(file: string, options: Options, onProgress: ProgressBar['update']): Promise<VerifyResult> {
  const { database, server, state, events, signerDir, workers, manifest, vkey } = options;
  if ([database, state, events, signerDir, workers].some((value) => value !== undefined))
    throw usage('with --export go --manifest, --server, --key, --tenant, --vkey and --json alone');
  const { client } = readConfig();
  const asked = server === undefined ? undefined : { url: server, key: options.key ?? client.key, tenant: options.tenant ?? client.tenant };
  return verifyExport({ file, manifestFile: manifest, vkey, server: asked, onProgress });
}

interface Trail {
  readonly ownerUrl: string;
  readonly signerDirectory?: string;
  readonly sources?: Config['sources'];
}

/** The database, and where it is the configured one the signer's directory and the captured sources beside it. */
async function whichTrail(database: string | true | undefined): Promise<Trail> {
  if (typeof database !== 'string') {
    const config = readConfig();
    return { ownerUrl: await trailUrl(config), signerDirectory: config.signerDirectory, sources: config.sources };
  }
  const config = configIfSound();
  const configured = config === undefined ? undefined : await trailUrl(config).catch(() => undefined);
  if (config === undefined || configured === undefined || placeOf(configured) !== placeOf(database)) return { ownerUrl: database };
  return { ownerUrl: database, signerDirectory: config.signerDirectory, sources: config.sources };
}

/** Somebody who verifies a database by its URL needs no sound configuration of a server. */
function configIfSound(): Config | undefined {
  try {
    return readConfig();
  } catch {
    return undefined;
  }
}

/** Which database it is, whoever connects. */
function placeOf(url: string): string {
  if (!URL.canParse(url)) return url;
  const { hostname, port, pathname, searchParams } = new URL(url);
  // A socket's directory is written as ?host=/directory.
  const host = searchParams.get('host') ?? hostname;
  return `${host}:${(searchParams.get('port') ?? port) || '5432'}${pathname}`;
}

function threads(text: string): number {
  const workers = Number(text);
  if (!Number.isInteger(workers) || workers < 0 || workers > 256)
    throw usage(`--workers: expected a number between 0 and 256, got "${text}"`);
  return workers;
}

function usage(message: string): Failure {
  return new Failure('parameter_invalid', message);
}
