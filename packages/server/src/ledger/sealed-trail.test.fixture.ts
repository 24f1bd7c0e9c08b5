// A trail with a sealer for one test: a database of its own on the server that INDELIBLE_TEST_DATABASE_URL names, and a
// signer's directory of its own.

import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { acceptEvent, makeNewId, makeRedaction } from '@indelible/core';
import pg from 'pg';
import { appendIn, type Receipt } from '../store/append.ts';
import type { StoredDisclosures } from '../store/disclosures.ts';
import { migrate } from '../store/migrate.ts';
import { inTransaction, openStore, type Store } from '../store/pool.ts';
import { ROLES, roleName } from '../store/roles.ts';
import { makeTenants, type TenantLog } from '../store/tenants.ts';
import { Sealer, type SealerOptions } from './seal.ts';
import { Signer } from './signer.ts';

const redaction = makeRedaction();
const newId = makeNewId();

export interface SealedTrail {
  readonly url: string;
  readonly store: Store;
  /** As a superuser: whatever an attacker may do. */
  readonly admin: pg.Client;
  readonly signerDirectory: string;
  /** Faults that sealers reported. */
  readonly faults: { readonly message: string; readonly origin: string | undefined }[];
  sealer(options?: Partial<SealerOptions>): Sealer;
  /** A sealer comes, seals, and goes. */
  seal(options?: Partial<SealerOptions>): Promise<void>;
  append(tenant: string, count: number): Promise<Receipt[]>;
  appendInputs(tenant: string, inputs: readonly object[]): Promise<Receipt[]>;
  log(tenant: string): Promise<TenantLog>;
  close(): Promise<void>;
}

export async function openSealedTrail(): Promise<SealedTrail> {
  const base = process.env['INDELIBLE_TEST_DATABASE_URL'];
  if (base === undefined) throw new Error('INDELIBLE_TEST_DATABASE_URL names no PostgreSQL server');
  const database = `indelible_ledger_${randomBytes(6).toString('hex')}`;
  const maker = new pg.Client({ connectionString: base });
  await maker.connect();
  await maker.query(`create database ${database} template template0 encoding 'UTF8'`);
  const url = new URL(base);
  url.pathname = `/${database}`;
  await migrate(url.href);
  const store = openStore({ ownerUrl: url.href, readers: 2, appenders: 4, onError: () => undefined });
  const admin = new pg.Client({ connectionString: url.href });
  await admin.connect();
  const directory = await mkdtemp(join(tmpdir(), 'indelible-signer-'));
  const signerDirectory = join(directory, 'signer');
  const faults: SealedTrail['faults'] = [];
  const sealers: Sealer[] = [];
  const trail: SealedTrail = {
    url: url.href,
    store,
    admin,
    signerDirectory,
    faults,
    sealer: (options = {}) => {
      const sealer = new Sealer({
        appender: store.appender,
        openSigner: () => Signer.open(signerDirectory),
        onError: (error, origin) => faults.push({ message: error.message, origin }),
        ...options,
      });
      sealers.push(sealer);
      return sealer;
    },
    seal: async (options) => {
      const sealer = trail.sealer(options);
      try {
        // The connection of the sealer before this one may need a moment to end, and with it its lock.
        for (let tries = 0; (await sealer.tick()) === undefined && tries < 500; tries++) await sleep(20);
      } finally {
        await sealer.stop();
      }
    },
    append: (tenant, count) =>
      trail.appendInputs(
        tenant,
        Array.from({ length: count }, (_, index) => sampleEvent(index)),
      ),
    appendInputs: (tenant, inputs) => {
      const nowMs = Date.now();
      const events = inputs.map((input) => acceptEvent(input, { nowMs, redaction, newId, sourceKind: 'api', attribution: 'asserted' }));
      return inTransaction(store.appender, (tx) => appendIn(tx, tenant, events));
    },
    log: async (tenant) => {
      const log = await makeTenants(store.appender).byName(tenant);
      if (log === undefined) throw new Error(`${tenant} has no log`);
      return log;
    },
    close: async () => {
      for (const sealer of sealers) await sealer.stop();
      await admin.end();
      await store.close();
      await maker.query(`drop database ${database} with (force)`);
      for (const role of ROLES) await maker.query(`drop role if exists ${roleName(database, role)}`);
      await maker.end();
      await rm(directory, { recursive: true, force: true });
    },
  };
  return trail;
}

export function sampleEvent(index: number): object {
  return {
    action: index % 2 === 0 ? 'bot.updated' : 'user.role.updated',
    actor: { type: 'user', id: `usr_${index % 7}`, name: `Ada ${index % 7}`, email: `ada${index % 7}@example.com` },
    resource: { type: 'bot', id: `bot_${index % 5}`, name: 'Ledger' },
    ...(index % 3 === 0 && {
      related: [
        { type: 'organization', id: `org_${index % 2}` },
        { type: 'dataset', id: 'ds_1', relation: 'input' },
      ],
    }),
    change: { before: { role: 'member', quota: index }, after: { role: 'admin', quota: index + 1 } },
    context: { ip: index % 2 === 0 ? '203.0.113.77' : '2001:db8::17', userAgent: 'curl/8', requestId: `req_${index}` },
    metadata: { note: `the ${index}th`, ünïcode: '✓' },
  };
}

/** Disclosures, each whole with its salt, as the table holds them: for tests that tamper. */
export function storedFrom(texts: readonly string[]): StoredDisclosures {
  const parts = texts.map((text) => ({ salt: text.slice(2, 24), name: text.slice(27).split('"', 1)[0]!, text }));
  return {
    salts: Buffer.concat(parts.map(({ salt }) => Buffer.from(salt, 'base64url'))),
    disclosures: parts.map(({ name, text }) => `${name} ${text.slice(27 + name.length + 2, -1)}`).join('\n'),
  };
}
