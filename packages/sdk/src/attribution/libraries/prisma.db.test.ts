// Prisma 7 with @prisma/adapter-pg. The client is generated for the test and thrown away: it is TypeScript, so it must
// lie outside of node_modules, and it imports @prisma/client, so it must lie below this package.

import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { PrismaPg } from '@prisma/adapter-pg';
import { afterAll } from 'vitest';
import { checkLibrary } from './library.test.fixture.ts';

interface Row {
  readonly id: number;
  readonly owner: string;
}

interface Model {
  create(input: { data: Row }): PromiseLike<unknown>;
  update(input: { where: { id: number }; data: { owner: string } }): PromiseLike<unknown>;
  createMany(input: { data: Row[] }): PromiseLike<unknown>;
}

/** As much of the generated client as is used here. */
interface Client {
  readonly thing: Model;
  $transaction(queries: readonly PromiseLike<unknown>[]): Promise<unknown>;
  $transaction(run: (tx: { readonly thing: Model }) => Promise<unknown>): Promise<unknown>;
  $disconnect(): Promise<void>;
}

const SCHEMA = `generator client {
  provider = "prisma-client"
  output   = "./client"
}
datasource db {
  provider = "postgresql"
}
model Thing {
  id    Int     @id
  owner String?
  @@map("thing")
}
`;

const PACKAGE = fileURLToPath(new URL('../../../', import.meta.url));
/** For Prisma gives a transaction two seconds to begin, which a busy machine may need. */
const PATIENT = { maxWait: 60_000, timeout: 60_000 };
let made: Promise<{ readonly folder: string; readonly connect: (url: string) => Client }> | undefined;

async function generate(): Promise<{ readonly folder: string; readonly connect: (url: string) => Client }> {
  await mkdir(join(PACKAGE, 'dist'), { recursive: true });
  const folder = await mkdtemp(join(PACKAGE, 'dist', 'prisma-'));
  await writeFile(join(folder, 'schema.prisma'), SCHEMA);
  const prisma = join(dirname(createRequire(import.meta.url).resolve('prisma/package.json')), 'build', 'index.js');
  // The engine of schemas is for migrations. Generating needs none, and must not download one.
  const env = { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, CHECKPOINT_DISABLE: '1' };
  await promisify(execFile)(process.execPath, [prisma, 'generate', '--schema', 'schema.prisma', '--no-hints'], { cwd: folder, env });
  const { PrismaClient } = (await import(/* @vite-ignore */ join(folder, 'client', 'client.ts'))) as {
    readonly PrismaClient: new (options: { adapter: PrismaPg; transactionOptions: typeof PATIENT }) => Client;
  };
  return {
    folder,
    connect: (url) => new PrismaClient({ adapter: new PrismaPg({ connectionString: url, max: 4 }), transactionOptions: PATIENT }),
  };
}

afterAll(async () => {
  if (made !== undefined) await rm((await made).folder, { recursive: true, force: true });
});

checkLibrary('Prisma', async (url) => {
  const db = (await (made ??= generate())).connect(url);
  return {
    insert: async (id, owner) => db.thing.create({ data: { id, owner } }),
    update: async (id, owner) => db.thing.update({ where: { id }, data: { owner } }),
    bulk: async (ids, owner) => db.thing.createMany({ data: ids.map((id) => ({ id, owner })) }),
    transaction: async ([first = 0, second = 0, ...others], owner) => {
      // Both kinds: the first is known beforehand, the second asks as it goes.
      if (first % 2 === 0) return db.$transaction([first, second, ...others].map((id) => db.thing.create({ data: { id, owner } })));
      return db.$transaction(async (tx) => {
        for (const id of [first, second, ...others]) await tx.thing.create({ data: { id, owner } });
      });
    },
    rolledBack: (id, owner) =>
      db.$transaction(async (tx) => {
        await tx.thing.create({ data: { id, owner } });
        throw new Error('rolled back');
      }),
    lazy: (id, owner) => db.thing.create({ data: { id, owner } }),
    close: () => db.$disconnect(),
  };
});
