// Puts the company into an empty database, and leaves any other alone, whatever was deleted from it.

import { createHash } from 'node:crypto';
import type { Insertable, Kysely, Transaction } from 'kysely';
import type { Vault } from '../encryption.ts';
import { hashPassword, hashToken } from '../passwords.ts';
import type { Tables } from '../tables.ts';
import { COMPANY, DEMO_PASSWORD } from './company.ts';

const DAY_MS = 86_400_000;

export async function seed(db: Kysely<Tables>, vault: Vault, now = new Date()): Promise<void> {
  const ago = (days: number): Date => new Date(now.getTime() - days * DAY_MS);
  await db.transaction().execute(async (tx) => {
    if ((await tx.selectFrom('organizations').select('id').limit(1).executeTakeFirst()) !== undefined) return;
    await fillPeople(tx, ago);
    await fillKnowledge(tx, ago);
    await fillBots(tx, ago, vault);
    await fillOffice(tx, ago, vault);
  });
}

type Ago = (days: number) => Date;

/** A row as it is stored: its age becomes its dates. */
function dated<T extends { readonly daysAgo: number }>(row: T, ago: Ago): Omit<T, 'daysAgo'> & { created_at: Date; updated_at: Date } {
  const { daysAgo, ...rest } = row;
  return { ...rest, created_at: ago(daysAgo), updated_at: ago(daysAgo) };
}

async function insert<T extends keyof Tables>(tx: Transaction<Tables>, table: T, rows: readonly Insertable<Tables[T]>[]): Promise<void> {
  await tx.insertInto(table).values(rows).execute();
}

async function fillPeople(tx: Transaction<Tables>, ago: Ago): Promise<void> {
  const password_hash = hashPassword(DEMO_PASSWORD);
  const { organizations, people, roles, teams } = COMPANY;
  await insert(
    tx,
    'organizations',
    organizations.map((row) => dated(row, ago)),
  );
  const users = people.map(({ role: _, place, ...person }) => ({ ...person, timezone: place.timezone, password_hash }));
  await insert(
    tx,
    'users',
    users.map((row) => dated(row, ago)),
  );
  await insert(
    tx,
    'roles',
    roles.map((row) => dated(row, ago)),
  );
  const memberships = people.map(({ id, organization_id, role, daysAgo }) => {
    const role_id = roles.find((each) => each.organization_id === organization_id && each.slug === role)?.id ?? '';
    return dated({ organization_id, user_id: id, role_id, daysAgo }, ago);
  });
  await insert(tx, 'memberships', memberships);
  await insert(
    tx,
    'teams',
    teams.map(({ lead: _, members: __, ...row }) => dated(row, ago)),
  );
  const members = teams.flatMap(({ id, lead, members: users_, daysAgo }) =>
    users_.map((user_id) => ({ team_id: id, user_id, lead: user_id === lead, created_at: ago(daysAgo) })),
  );
  await insert(tx, 'team_members', members);
}

async function fillKnowledge(tx: Transaction<Tables>, ago: Ago): Promise<void> {
  const { datasets, records, files } = COMPANY;
  await insert(
    tx,
    'datasets',
    datasets.map((row) => dated(row, ago)),
  );
  await insert(
    tx,
    'records',
    records.map((row) => dated(row, ago)),
  );
  const contents = files.map((row) => {
    const content = `${row.name}, as it was uploaded.\n`;
    const sha256 = createHash('sha256').update(content).digest('hex');
    return { ...dated(row, ago), content, sha256, size_bytes: Buffer.byteLength(content) };
  });
  await insert(tx, 'files', contents);
}

async function fillBots(tx: Transaction<Tables>, ago: Ago, vault: Vault): Promise<void> {
  const { secrets, skillsets, abilities, bots, integrations, conversations, messages } = COMPANY;
  await insert(
    tx,
    'secrets',
    secrets.map(({ value, ...row }) => ({ ...dated(row, ago), secret_value: vault.encrypt(value) })),
  );
  await insert(
    tx,
    'skillsets',
    skillsets.map((row) => dated(row, ago)),
  );
  await insert(
    tx,
    'abilities',
    abilities.map((row) => dated(row, ago)),
  );
  await insert(
    tx,
    'bots',
    bots.map((row) => dated(row, ago)),
  );
  await insert(
    tx,
    'integrations',
    integrations.map((row) => dated(row, ago)),
  );
  await insert(
    tx,
    'conversations',
    conversations.map((row) => dated(row, ago)),
  );
  await insert(
    tx,
    'messages',
    messages.map(({ daysAgo, ...row }, n) => ({ ...row, created_at: new Date(ago(daysAgo).getTime() + n * 60_000) })),
  );
}

async function fillOffice(tx: Transaction<Tables>, ago: Ago, vault: Vault): Promise<void> {
  const { webhooks, policies, apiTokens, subscriptions, invoices } = COMPANY;
  await insert(
    tx,
    'webhooks',
    webhooks.map((row) => ({ ...dated(row, ago), signing_secret: vault.encrypt(`whsec_${row.id}`) })),
  );
  await insert(
    tx,
    'policies',
    policies.map((row) => dated(row, ago)),
  );
  await insert(
    tx,
    'api_tokens',
    apiTokens.map(({ value, ...row }) => ({ ...dated(row, ago), token_hash: hashToken(value) })),
  );
  await insert(
    tx,
    'subscriptions',
    subscriptions.map(({ renewsInDays, ...row }) => ({ ...dated(row, ago), renews_at: ago(-renewsInDays) })),
  );
  const rows = invoices.map((row) => {
    const period = { period_start: ago(row.daysAgo), period_end: ago(row.daysAgo - 30) };
    return { ...dated(row, ago), ...period, paid_at: row.status === 'paid' ? ago(row.daysAgo - 5) : null };
  });
  await insert(tx, 'invoices', rows);
}
