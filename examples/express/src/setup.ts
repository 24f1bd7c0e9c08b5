// Makes the tables of the practice, four people and two patients, where there are none: `npm run setup`, once.

import { readFile } from 'node:fs/promises';
import pg from 'pg';
import { readConfig } from './config.ts';
import { openDatabase } from './database.ts';
import { hashPassword } from './passwords.ts';

const PASSWORD = 'correct horse battery staple';

const STAFF = [
  { id: 'sta_weber', name: 'Dr. Hanna Weber', email: 'weber@practice.test', role: 'doctor' },
  { id: 'sta_okafor', name: 'Dr. Ike Okafor', email: 'okafor@practice.test', role: 'doctor' },
  { id: 'sta_rosa', name: 'Rosa Lindt', email: 'rosa@practice.test', role: 'reception' },
  { id: 'sta_marta', name: 'Marta Nowak', email: 'marta@practice.test', role: 'manager' },
] as const;

const PATIENTS = [
  { id: 'pat_jonas', name: 'Jonas Keller', birthDate: new Date('1984-03-09'), phone: '+49 30 1230041' },
  { id: 'pat_elena', name: 'Elena Petrova', birthDate: new Date('1991-11-27'), phone: '+49 30 1230042' },
];

const { DATABASE_URL } = readConfig(process.env);
const client = new pg.Client({ connectionString: DATABASE_URL });
await client.connect();
await client.query(await readFile(new URL('../prisma/schema.sql', import.meta.url), 'utf8'));
await client.end();

const db = openDatabase(DATABASE_URL);
const passwordHash = hashPassword(PASSWORD);
await db.staff.createMany({ data: STAFF.map((staff) => ({ ...staff, passwordHash })), skipDuplicates: true });
await db.patient.createMany({ data: PATIENTS, skipDuplicates: true });
await db.$disconnect();
