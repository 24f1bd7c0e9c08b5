// What else the two organisations begin with: webhooks, policies, API tokens, subscriptions, invoices, conversations.

const acme = { organization_id: 'org_acme' };
const globex = { organization_id: 'org_globex' };

export const WEBHOOKS = [
  {
    ...acme,
    id: 'whk_crm',
    name: 'Customer system',
    url: 'https://crm.acme.test/hooks/bots',
    events: ['conversation.created', 'record.updated'],
    daysAgo: 215,
  },
  {
    ...acme,
    id: 'whk_alerts',
    name: 'On-call',
    url: 'https://oncall.acme.test/hooks/platform',
    events: ['conversation.escalated'],
    daysAgo: 170,
  },
  { ...globex, id: 'whk_safety', name: 'Safety office', url: 'https://safety.globex.test/in', events: ['bot.updated'], daysAgo: 160 },
] as const;

export const POLICIES = [
  { ...acme, id: 'pol_retention', name: 'Keep conversations for a year', kind: 'retention', rules: { days: 365 }, daysAgo: 300 },
  { ...acme, id: 'pol_tone', name: 'No promises', kind: 'moderation', rules: { forbid: ['guarantee', 'for ever'] }, daysAgo: 180 },
  {
    ...acme,
    id: 'pol_customers',
    name: 'Customers stay private',
    kind: 'access',
    rules: { dataset: 'ds_customers', visibility: 'private' },
    daysAgo: 149,
  },
  { ...globex, id: 'pol_reactor', name: 'Two-person rule', kind: 'access', rules: { dataset: 'ds_reactor', approvals: 2 }, daysAgo: 190 },
] as const;

/** Tokens for scripts; their values are those of the demo, and no secret. */
export const API_TOKENS = [
  {
    ...acme,
    id: 'tok_sync',
    user_id: 'usr_daniel',
    name: 'nightly sync',
    scopes: ['read', 'write'],
    value: 'bpt_demo_nightly_sync',
    daysAgo: 200,
  },
  {
    ...acme,
    id: 'tok_report',
    user_id: 'usr_grace',
    name: 'weekly report',
    scopes: ['read'],
    value: 'bpt_demo_weekly_report',
    daysAgo: 75,
  },
] as const;

export const SUBSCRIPTIONS = [
  { ...acme, id: 'sub_acme', plan: 'pro', seats: 15, price_cents: 2_900, daysAgo: 400, renewsInDays: 9 },
  { ...globex, id: 'sub_globex', plan: 'enterprise', seats: 50, price_cents: 5_900, daysAgo: 290, renewsInDays: 3 },
] as const;

const invoice = (of: 'acme' | 'globex', month: number, status: 'open' | 'paid', amount_cents: number) => ({
  id: `inv_${of}_${month}`,
  organization_id: `org_${of}`,
  subscription_id: `sub_${of}`,
  number: `${of.toUpperCase()}-${String(month).padStart(4, '0')}`,
  amount_cents,
  status,
  // Months of thirty days; the last one was written when the running period began.
  daysAgo: 21 + 30 * (12 - month) + (of === 'globex' ? 6 : 0),
});

export const INVOICES = [
  ...[8, 9, 10, 11, 12].map((month) => invoice('acme', month, month === 12 ? 'open' : 'paid', 15 * 2_900)),
  ...[10, 11, 12].map((month) => invoice('globex', month, 'paid', 50 * 5_900)),
];

export const CONVERSATIONS = [
  { ...acme, id: 'cnv_anvil', bot_id: 'bot_sales', user_id: 'usr_lucas', title: 'Anvils for a theatre', status: 'closed', daysAgo: 60 },
  { ...acme, id: 'cnv_holes', bot_id: 'bot_support', user_id: 'usr_tom', title: 'A hole that will not close', status: 'open', daysAgo: 33 },
  {
    ...acme,
    id: 'cnv_handbook',
    bot_id: 'bot_curator',
    user_id: 'usr_aiko',
    title: 'Putting the handbook in order',
    status: 'open',
    daysAgo: 32,
  },
] as const;

export const MESSAGES = [
  { id: 'msg_anvil_1', conversation_id: 'cnv_anvil', author: 'user', body: 'Are there light ones?', daysAgo: 60 },
  { id: 'msg_anvil_2', conversation_id: 'cnv_anvil', author: 'bot', body: 'Tunnel paint is lighter.', daysAgo: 60 },
  { id: 'msg_holes_1', conversation_id: 'cnv_holes', author: 'user', body: 'It is still open.', daysAgo: 33 },
  { id: 'msg_holes_2', conversation_id: 'cnv_holes', author: 'bot', body: 'Please step back, and fold it twice.', daysAgo: 33 },
] as const;
