// All that the platform begins with, as plain data: ids never change, and nothing depends on chance or on the time.
// `daysAgo` says when a row was made, counted back from the first start.

import { ABILITIES, BOTS, INTEGRATIONS, SECRETS, SKILLSETS } from './bots.ts';
import { API_TOKENS, CONVERSATIONS, INVOICES, MESSAGES, POLICIES, SUBSCRIPTIONS, WEBHOOKS } from './office.ts';
import { ORGANIZATIONS, PEOPLE, ROLES, TEAMS } from './people.ts';
import { DATASETS, FILES, RECORDS } from './records.ts';

export { DEMO_PASSWORD, type Person, type Place } from './people.ts';

export const COMPANY = {
  organizations: ORGANIZATIONS,
  people: PEOPLE,
  roles: ROLES,
  teams: TEAMS,
  skillsets: SKILLSETS,
  secrets: SECRETS,
  abilities: ABILITIES,
  datasets: DATASETS,
  records: RECORDS,
  files: FILES,
  bots: BOTS,
  integrations: INTEGRATIONS,
  webhooks: WEBHOOKS,
  policies: POLICIES,
  apiTokens: API_TOKENS,
  subscriptions: SUBSCRIPTIONS,
  invoices: INVOICES,
  conversations: CONVERSATIONS,
  messages: MESSAGES,
} as const;
