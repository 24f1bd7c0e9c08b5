// The connection to the practice's database, through Prisma.

import { attributeQueries } from '@indelible/sdk';
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { PrismaClient } from './generated/prisma/client.ts';

// Indelible, line 1 of 2: writes carry the context that they run in.
attributeQueries(pg);

export type Database = PrismaClient;

export function openDatabase(url: string): Database {
  return new PrismaClient({ adapter: new PrismaPg({ connectionString: url }) });
}
