// The company as rows: what is there when the story begins, what comes later, and the two rows that its plot turns on.

import { hashToken } from '../passwords.ts';
import { COMPANY } from '../seed/company.ts';
import type { Values } from './event.ts';
import { FIRST_DAYS_AGO } from './history/when.ts';

/** A row with its type in the trail. */
export type Row = readonly [type: string, values: Values];

interface Aged {
  readonly daysAgo: number;
}

/** The token that is made by night, and used afterwards: a value of the demo, and no secret. */
export const TOKEN_VALUE = 'bpt_story_backup';
export const TOKEN = {
  id: 'tok_backup',
  organization_id: 'org_acme',
  user_id: 'usr_casey',
  name: 'backup',
  scopes: ['read', 'write'],
  expires_at: null,
  token_hash: hashToken(TOKEN_VALUE),
} as const;

/** The permission that is given too widely: whoever is in the team may what an administrator may. */
export const GRANT = {
  id: 'grant_contractors',
  organization_id: 'org_acme',
  role_id: 'role_acme_admin',
  user_id: null,
  team_id: 'team_contractors',
  label: 'Admin for Contractors',
  granted_by: 'usr_joe',
  expires_at: null,
} as const;

const DATED = rowsWithAge();

/** What is there on the first day, parents first. */
export const AT_FIRST: readonly Row[] = DATED.flatMap(({ row, daysAgo }) => (daysAgo > FIRST_DAYS_AGO ? [row] : []));

/** What comes within the story, by its type. */
export const LATER: readonly Row[] = DATED.flatMap(({ row, daysAgo }) => (daysAgo > FIRST_DAYS_AGO ? [] : [row]));

function rowsWithAge(): { row: Row; daysAgo: number }[] {
  const { organizations, people, roles, teams, invoices, subscriptions, apiTokens, files, secrets, ...rest } = COMPANY;
  const arrivals = new Map(people.map(({ id, daysAgo }) => [id, daysAgo]));
  const of = <T extends Aged>(type: string, rows: readonly T[], row: (values: Omit<T, 'daysAgo'>) => Values = (values) => values) =>
    rows.map(({ daysAgo, ...values }) => ({ row: [type, row(values)] as const, daysAgo }));
  return [
    ...of('organization', organizations),
    ...of('role', roles),
    ...of('user', people, ({ role: _, place, ...person }) => ({ ...person, timezone: place.timezone, status: 'active' })),
    ...of('membership', people, ({ id, organization_id, role }) => ({
      organization_id,
      user_id: id,
      role_id: roles.find((each) => each.organization_id === organization_id && each.slug === role)?.id ?? '',
    })),
    ...of('team', teams, ({ lead: _, members: __, ...team }) => team),
    ...teams.flatMap(({ id, lead, members }) =>
      members.map((user_id) => ({
        row: ['team_member', { team_id: id, user_id, lead: user_id === lead }] as const,
        daysAgo: arrivals.get(user_id) ?? 0,
      })),
    ),
    ...of('skillset', rest.skillsets),
    ...of('secret', secrets, ({ value: _, ...secret }) => secret),
    ...of('ability', rest.abilities),
    ...of('dataset', rest.datasets),
    ...of('record', rest.records),
    ...of('file', files),
    ...of('bot', rest.bots),
    ...of('integration', rest.integrations, (row) => ({ ...row, enabled: true })),
    ...of('webhook', rest.webhooks, (row) => ({ ...row, enabled: true })),
    ...of('policy', rest.policies, (row) => ({ ...row, enabled: true })),
    ...of('api_token', apiTokens, ({ value: _, ...token }) => ({ ...token, expires_at: null })),
    ...of('subscription', subscriptions, ({ renewsInDays: _, ...row }) => ({ ...row, status: 'active' })),
    ...of('invoice', invoices),
    ...of('conversation', rest.conversations),
  ];
}
