// The tables of the platform as the trail sees them: what their rows are called, and to what they refer.

import type { Kind } from './world.ts';

const own = { organization_id: 'organization' };

export const KINDS: Readonly<Record<string, Kind>> = {
  organization: { table: 'organizations', name: 'name', refers: {} },
  user: { table: 'users', name: 'name', refers: own },
  role: { table: 'roles', name: 'name', refers: own },
  membership: { table: 'memberships', refers: { ...own, user_id: 'user', role_id: 'role' }, key: ['organization_id', 'user_id'] },
  team: { table: 'teams', name: 'name', refers: own },
  team_member: { table: 'team_members', refers: { team_id: 'team', user_id: 'user' }, key: ['team_id', 'user_id'], neverUpdated: true },
  grant: {
    table: 'grants',
    name: 'label',
    refers: { ...own, role_id: 'role', user_id: 'user', team_id: 'team', granted_by: 'user' },
    neverUpdated: true,
  },
  invitation: {
    table: 'invitations',
    name: 'email',
    refers: { ...own, role_id: 'role', invited_by: 'user' },
    hidden: ['token_hash'],
  },
  skillset: { table: 'skillsets', name: 'name', refers: own },
  secret: { table: 'secrets', name: 'name', refers: { ...own, created_by: 'user' } },
  ability: { table: 'abilities', name: 'name', refers: { skillset_id: 'skillset', secret_id: 'secret' } },
  dataset: { table: 'datasets', name: 'name', refers: own },
  record: { table: 'records', name: 'title', refers: { dataset_id: 'dataset' } },
  file: { table: 'files', name: 'name', refers: { ...own, dataset_id: 'dataset', uploaded_by: 'user' }, hidden: ['content', 'sha256'] },
  bot: {
    table: 'bots',
    name: 'name',
    refers: { ...own, team_id: 'team', skillset_id: 'skillset', dataset_id: 'dataset', created_by: 'user' },
  },
  integration: { table: 'integrations', name: 'name', refers: { bot_id: 'bot', secret_id: 'secret' } },
  webhook: { table: 'webhooks', name: 'name', refers: own },
  policy: { table: 'policies', name: 'name', refers: own },
  api_token: { table: 'api_tokens', name: 'name', refers: { ...own, user_id: 'user' }, hidden: ['token_hash'] },
  subscription: { table: 'subscriptions', refers: own },
  invoice: { table: 'invoices', refers: { ...own, subscription_id: 'subscription' }, hidden: ['paid_at'] },
  conversation: { table: 'conversations', name: 'title', refers: { ...own, bot_id: 'bot', user_id: 'user' } },
  export: { table: 'exports', name: 'name', refers: { ...own, dataset_id: 'dataset', requested_by: 'user' }, neverUpdated: true },
};
