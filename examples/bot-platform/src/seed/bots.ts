// The bots that the two organisations begin with, and what makes them: skillsets, abilities, secrets, integrations.

const acme = { organization_id: 'org_acme' };
const globex = { organization_id: 'org_globex' };

export const SKILLSETS = [
  { ...acme, id: 'skl_desk', name: 'Help desk', description: 'What a support bot may do', daysAgo: 285 },
  { ...acme, id: 'skl_curator', name: 'Curator', description: 'Keeps a dataset in order', daysAgo: 250 },
  { ...acme, id: 'skl_sales', name: 'Sales', description: 'Answers, and calls a person', daysAgo: 200 },
  { ...globex, id: 'skl_control', name: 'Control room', description: 'Answers only', daysAgo: 190 },
] as const;

export const SECRETS = [
  { ...acme, id: 'sec_zendesk', name: 'Zendesk key', created_by: 'usr_daniel', value: 'zd-4f1c9be07a21', daysAgo: 230 },
  { ...acme, id: 'sec_slack', name: 'Slack bot', created_by: 'usr_daniel', value: 'xoxb-77120-acme-demo', daysAgo: 225 },
  { ...acme, id: 'sec_orders', name: 'Order system', created_by: 'usr_joe', value: 'ord-live-9921-demo', daysAgo: 160 },
  { ...globex, id: 'sec_reactor', name: 'Reactor telemetry', created_by: 'usr_lena', value: 'rt-000-demo', daysAgo: 180 },
] as const;

export const ABILITIES = [
  { id: 'abl_desk_answer', skillset_id: 'skl_desk', name: 'Answer', kind: 'answer', instruction: 'Be brief and kind.', daysAgo: 285 },
  { id: 'abl_desk_escalate', skillset_id: 'skl_desk', name: 'Escalate', kind: 'escalate', instruction: 'Call a person.', daysAgo: 285 },
  {
    id: 'abl_desk_orders',
    skillset_id: 'skl_desk',
    name: 'Look up an order',
    kind: 'fetch',
    secret_id: 'sec_orders',
    instruction: 'GET https://orders.acme.test/{number}',
    daysAgo: 160,
  },
  { id: 'abl_cur_answer', skillset_id: 'skl_curator', name: 'Answer', kind: 'answer', instruction: 'Name your source.', daysAgo: 250 },
  { id: 'abl_cur_remember', skillset_id: 'skl_curator', name: 'Remember', kind: 'remember', instruction: 'Add a record.', daysAgo: 250 },
  { id: 'abl_cur_correct', skillset_id: 'skl_curator', name: 'Correct', kind: 'correct', instruction: 'Change a record.', daysAgo: 250 },
  { id: 'abl_cur_forget', skillset_id: 'skl_curator', name: 'Forget', kind: 'forget', instruction: 'Delete a record.', daysAgo: 140 },
  { id: 'abl_sales_answer', skillset_id: 'skl_sales', name: 'Answer', kind: 'answer', instruction: 'Never promise a date.', daysAgo: 200 },
  { id: 'abl_sales_escalate', skillset_id: 'skl_sales', name: 'Call a person', kind: 'escalate', instruction: 'On request.', daysAgo: 200 },
  { id: 'abl_control_answer', skillset_id: 'skl_control', name: 'Answer', kind: 'answer', instruction: 'Stay calm.', daysAgo: 190 },
] as const;

export interface BotSeed {
  readonly id: string;
  readonly organization_id: string;
  readonly team_id?: string;
  readonly skillset_id: string | null;
  readonly dataset_id: string | null;
  readonly created_by: string;
  readonly name: string;
  readonly model: string;
  readonly status: string;
  readonly backstory: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly daysAgo: number;
}

export const BOTS: readonly BotSeed[] = [
  {
    ...acme,
    id: 'bot_support',
    team_id: 'team_support',
    skillset_id: 'skl_desk',
    dataset_id: 'ds_handbook',
    created_by: 'usr_maria',
    name: 'Support bot',
    model: 'small-1',
    status: 'live',
    backstory: 'You answer the customers of Acme. You are patient, and you say so when you do not know.',
    config: { temperature: 0.2, maxTokens: 1024 },
    daysAgo: 285,
  },
  {
    ...acme,
    id: 'bot_sales',
    team_id: 'team_content',
    skillset_id: 'skl_sales',
    dataset_id: 'ds_products',
    created_by: 'usr_joe',
    name: 'Sales bot',
    model: 'small-1',
    status: 'live',
    backstory: 'You help people find the right product. You never promise a delivery date.',
    config: { temperature: 0.7, maxTokens: 1024 },
    daysAgo: 200,
  },
  {
    ...acme,
    id: 'bot_curator',
    team_id: 'team_content',
    skillset_id: 'skl_curator',
    dataset_id: 'ds_handbook',
    created_by: 'usr_aiko',
    name: 'Curator',
    model: 'medium-2',
    status: 'live',
    backstory: 'You keep the handbook in order for the people who write it.',
    config: { temperature: 0 },
    daysAgo: 250,
  },
  ...(
    [
      ['bot_returns', 'Returns desk', 'team_support', 'ds_returns', 'usr_tom', 'medium-2', 0.1, 190],
      ['bot_night', 'Night desk', 'team_support', 'ds_handbook', 'usr_noah', 'small-1', 0.3, 140],
      ['bot_onboarding', 'Onboarding guide', 'team_content', 'ds_handbook', 'usr_sofia', 'medium-2', 0.5, 130],
      ['bot_shipping', 'Shipping tracker', 'team_support', 'ds_products', 'usr_tom', 'small-1', 0.2, 110],
      ['bot_billing', 'Billing helper', 'team_support', 'ds_returns', 'usr_emma', 'medium-2', 0, 95],
      ['bot_warranty', 'Warranty desk', 'team_support', 'ds_products', 'usr_tom', 'small-1', 0.2, 80],
      ['bot_press', 'Press room', 'team_content', 'ds_products', 'usr_grace', 'large-2', 0.6, 70],
      ['bot_hiring', 'Recruiting assistant', 'team_content', 'ds_handbook', 'usr_grace', 'medium-2', 0.4, 50],
      ['bot_translate', 'Translation desk', 'team_content', null, 'usr_sofia', 'large-2', 0.1, 40],
    ] as const
  ).map(([id, name, team_id, dataset_id, created_by, model, temperature, daysAgo]) => ({
    ...acme,
    id,
    team_id,
    skillset_id: 'skl_desk',
    dataset_id,
    created_by,
    name,
    model,
    status: 'live',
    backstory: `You are the ${name.toLowerCase()} of Acme. You keep to what the dataset says.`,
    config: { temperature },
    daysAgo,
  })),
  {
    ...globex,
    id: 'bot_control',
    skillset_id: 'skl_control',
    dataset_id: 'ds_reactor',
    created_by: 'usr_hank',
    name: 'Control room',
    model: 'large-2',
    status: 'live',
    backstory: 'You watch the reactor, and you stay calm.',
    config: { temperature: 0 },
    daysAgo: 190,
  },
];

export const INTEGRATIONS = [
  {
    id: 'int_support_zendesk',
    bot_id: 'bot_support',
    kind: 'zendesk',
    name: 'Customer desk',
    secret_id: 'sec_zendesk',
    config: { url: 'https://acme.zendesk.test' },
    daysAgo: 228,
  },
  {
    id: 'int_support_slack',
    bot_id: 'bot_support',
    kind: 'slack',
    name: 'Support',
    secret_id: 'sec_slack',
    config: { channel: '#support' },
    daysAgo: 220,
  },
  {
    id: 'int_sales_slack',
    bot_id: 'bot_sales',
    kind: 'slack',
    name: 'Sales',
    secret_id: 'sec_slack',
    config: { channel: '#sales' },
    daysAgo: 195,
  },
  {
    id: 'int_returns_zendesk',
    bot_id: 'bot_returns',
    kind: 'zendesk',
    name: 'Returns',
    secret_id: 'sec_zendesk',
    config: { url: 'https://acme.zendesk.test/returns' },
    daysAgo: 185,
  },
  {
    id: 'int_night_slack',
    bot_id: 'bot_night',
    kind: 'slack',
    name: 'Night',
    secret_id: 'sec_slack',
    config: { channel: '#night' },
    daysAgo: 139,
  },
  { id: 'int_press_discord', bot_id: 'bot_press', kind: 'discord', name: 'Community', config: { channel: '#press' }, daysAgo: 66 },
  {
    id: 'int_control_webhook',
    bot_id: 'bot_control',
    kind: 'webhook',
    name: 'Telemetry',
    secret_id: 'sec_reactor',
    config: { url: 'https://telemetry.globex.test' },
    daysAgo: 170,
  },
] as const;
