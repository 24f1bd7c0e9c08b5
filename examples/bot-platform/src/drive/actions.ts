// What people do on the platform, and how often. Each action looks before it acts, and keeps the amount of data bounded.

import { z } from 'zod';
import type { Person } from './person.ts';
import type { Random } from './random.ts';

type Act = (person: Person, random: Random) => Promise<unknown>;

export interface Action {
  readonly name: string;
  /** How often, compared with the others. */
  readonly weight: number;
  readonly act: Act;
}

const Rows = z.array(z.object({ id: z.string() }));
const Row = z.object({ id: z.string() });
const BOTS_MAX = 25;
const DATASETS_MAX = 12;
const RECORDS_MAX = 60;
const INTEGRATIONS_MAX = 4;
const TOKENS_MAX = 5;

const MODELS = ['small-1', 'medium-2', 'large-2', 'large-3'] as const;
const TOPICS = [
  'Returns',
  'Shipping',
  'Billing',
  'Onboarding',
  'Warranty',
  'Holidays',
  'Safety',
  'Travel',
  'Invoices',
  'Accounts',
] as const;
const JOBS = ['Support', 'Sales', 'Night desk', 'Research', 'Recruiting', 'Help desk', 'Translation', 'Returns'] as const;
const REASONS = [
  'customer asked for it',
  'quarterly review',
  'tone was off',
  'agreed in stand-up',
  'requested by legal',
  'cost control',
] as const;

async function idsAt(person: Person, path: string): Promise<string[]> {
  const rows = Rows.safeParse((await person.ask('GET', path)).body);
  return rows.success ? rows.data.map(({ id }) => id) : [];
}

function reason(random: Random): string | undefined {
  return random.next() < 0.6 ? `Ticket ${1000 + random.below(9000)}: ${random.pick(REASONS)}` : undefined;
}

const createBot: Act = async (person, random) => {
  const bots = await idsAt(person, '/bots');
  if (bots.length >= BOTS_MAX) return deleteBot(person, random);
  const datasetId = random.one(await idsAt(person, '/datasets')) ?? null;
  const body = {
    name: `${random.pick(JOBS)} bot ${random.below(100)}`,
    model: random.pick(MODELS),
    datasetId,
    config: { temperature: random.below(10) / 10 },
  };
  return person.ask('POST', '/bots', { body, reason: reason(random) });
};

const updateBot: Act = async (person, random) => {
  const id = random.one(await idsAt(person, '/bots'));
  if (id === undefined) return createBot(person, random);
  const body = random.pick<object>([
    { model: random.pick(MODELS) },
    { status: random.pick(['draft', 'live', 'paused']) },
    { config: { temperature: random.below(12) / 10, maxTokens: 256 * (1 + random.below(8)) } },
    { name: `${random.pick(JOBS)} bot ${random.below(100)}` },
  ]);
  return person.ask('PATCH', `/bots/${id}`, { body, reason: reason(random) });
};

const deleteBot: Act = async (person, random) => {
  const bots = await idsAt(person, '/bots');
  const id = random.one(bots);
  if (id !== undefined && bots.length > 3) await person.ask('DELETE', `/bots/${id}`, { reason: reason(random) });
};

const upgradeModels: Act = (person, random) =>
  person.ask('PATCH', '/bots', {
    body: { where: { model: random.pick(MODELS) }, set: { model: random.pick(MODELS) } },
    reason: 'Model upgrade for all bots',
  });

const createDataset: Act = async (person, random) => {
  if ((await idsAt(person, '/datasets')).length >= DATASETS_MAX) return deleteDataset(person, random);
  return person.ask('POST', '/datasets', {
    body: { name: `${random.pick(TOPICS)} ${2020 + random.below(7)}`, description: `All about ${random.pick(TOPICS).toLowerCase()}` },
  });
};

const updateDataset: Act = async (person, random) => {
  const id = random.one(await idsAt(person, '/datasets'));
  if (id === undefined) return createDataset(person, random);
  return person.ask('PATCH', `/datasets/${id}`, {
    body: { visibility: random.pick(['private', 'organization', 'public']) },
    reason: reason(random),
  });
};

const deleteDataset: Act = async (person, random) => {
  const datasets = await idsAt(person, '/datasets');
  const id = random.one(datasets);
  if (id !== undefined && datasets.length > 2) await person.ask('DELETE', `/datasets/${id}`, { reason: reason(random) });
};

const addRecords: Act = async (person, random) => {
  const id = random.one(await idsAt(person, '/datasets'));
  if (id === undefined) return createDataset(person, random);
  if ((await idsAt(person, `/datasets/${id}/records`)).length >= RECORDS_MAX)
    return person.ask('DELETE', `/datasets/${id}`, { reason: 'Outdated' });
  const body = Array.from({ length: 1 + random.below(6) }, () => {
    const topic = random.pick(TOPICS);
    return {
      title: `${topic}, part ${1 + random.below(40)}`,
      body: `${topic} are handled within ${1 + random.below(30)} days.`,
      metadata: { source: random.pick(['upload', 'crawl', 'manual']), pages: 1 + random.below(9) },
    };
  });
  return person.ask('POST', `/datasets/${id}/records`, { body });
};

const changeRecord: Act = async (person, random) => {
  const dataset = random.one(await idsAt(person, '/datasets'));
  const id = dataset && random.one(await idsAt(person, `/datasets/${dataset}/records`));
  if (!id) return addRecords(person, random);
  if (random.next() < 0.3) return person.ask('DELETE', `/records/${id}`, { reason: reason(random) });
  return person.ask('PATCH', `/records/${id}`, {
    body: { body: `Revised: ${random.pick(TOPICS)} take ${1 + random.below(30)} days.` },
    reason: reason(random),
  });
};

const tendIntegration: Act = async (person, random) => {
  const bot = random.one(await idsAt(person, '/bots'));
  if (bot === undefined) return createBot(person, random);
  const integrations = await idsAt(person, `/bots/${bot}/integrations`);
  const id = random.one(integrations);
  const config = { channel: `#${random.pick(TOPICS).toLowerCase()}`, apiKey: `key-${random.below(2 ** 32).toString(36)}` };
  if (id === undefined || integrations.length < 2) {
    const kind = random.pick(['slack', 'discord', 'zendesk', 'webhook']);
    return person.ask('POST', `/bots/${bot}/integrations`, { body: { kind, name: `${kind} ${random.below(50)}`, config } });
  }
  if (integrations.length >= INTEGRATIONS_MAX || random.next() < 0.2)
    return person.ask('DELETE', `/integrations/${id}`, { reason: reason(random) });
  return person.ask('PATCH', `/integrations/${id}`, {
    body: random.next() < 0.5 ? { enabled: random.next() < 0.5 } : { config },
    reason: 'Key rotation',
  });
};

const NewToken = z.object({ id: z.string(), token: z.string() });

const useToken: Act = async (person, random) => {
  const tokens = await idsAt(person, '/tokens');
  const old = random.one(tokens);
  if (old !== undefined && tokens.length >= TOKENS_MAX) return person.ask('DELETE', `/tokens/${old}`, { reason: 'No longer used' });
  const answer = await person.ask('POST', '/tokens', {
    body: { name: `${random.pick(['ci', 'sync', 'export', 'backup'])} ${random.below(20)}`, scopes: ['read', 'write'], days: 30 },
  });
  const made = NewToken.safeParse(answer.body);
  if (!made.success) return answer;
  return person.ask('POST', '/datasets', { token: made.data.token, body: { name: `Nightly sync ${random.below(100)}` } });
};

const changeRole: Act = async (person, random) => {
  const Members = z.array(z.object({ id: z.string(), role: z.string() }));
  const members = Members.safeParse((await person.ask('GET', '/members')).body);
  const member = random.one(members.success ? members.data.filter(({ role }) => role === 'member' || role === 'viewer') : []);
  if (member === undefined) return undefined;
  return person.ask('PATCH', `/members/${member.id}`, {
    body: { role: member.role === 'member' ? 'viewer' : 'member' },
    reason: 'Access review',
  });
};

const changeSettings: Act = (person, random) =>
  person.ask('PATCH', '/organization', {
    body: { settings: { retentionDays: 30 * (1 + random.below(12)), sso: random.next() < 0.5 } },
    reason: reason(random),
  });

/** An organisation that is tried out and given up, with all that is in it. */
const tryOrganization: Act = async (person, random) => {
  const answer = await person.ask('POST', '/organizations', { body: { name: `Trial ${random.below(1_000)}` } });
  const trial = Row.safeParse(answer.body);
  if (!trial.success) return answer;
  const organization = trial.data.id;
  const dataset = Row.safeParse((await person.ask('POST', '/datasets', { organization, body: { name: 'Samples' } })).body);
  if (dataset.success)
    await person.ask('POST', `/datasets/${dataset.data.id}/records`, {
      organization,
      body: [
        { title: 'One', body: '1' },
        { title: 'Two', body: '2' },
      ],
    });
  await person.ask('POST', '/bots', {
    organization,
    body: { name: 'First try', model: 'small-1', datasetId: dataset.success ? dataset.data.id : null },
  });
  return person.ask('DELETE', '/organization', { organization, reason: 'Trial ended' });
};

const mistype: Act = (person, random) =>
  random.next() < 0.5 ? person.signIn('wrong password') : person.ask('POST', '/bots', { body: { name: '', model: 'gpt-0' } });

export const ACTIONS: readonly Action[] = [
  { name: 'look around', weight: 10, act: async (person) => [await person.ask('GET', '/bots'), await person.ask('GET', '/organization')] },
  { name: 'create bot', weight: 6, act: createBot },
  { name: 'update bot', weight: 22, act: updateBot },
  { name: 'delete bot', weight: 3, act: deleteBot },
  { name: 'upgrade models', weight: 2, act: upgradeModels },
  { name: 'create dataset', weight: 5, act: createDataset },
  { name: 'update dataset', weight: 5, act: updateDataset },
  { name: 'delete dataset', weight: 2, act: deleteDataset },
  { name: 'add records', weight: 14, act: addRecords },
  { name: 'change record', weight: 14, act: changeRecord },
  { name: 'tend integration', weight: 9, act: tendIntegration },
  { name: 'use token', weight: 3, act: useToken },
  { name: 'change role', weight: 2, act: changeRole },
  { name: 'change settings', weight: 2, act: changeSettings },
  { name: 'sign in', weight: 3, act: (person) => person.signIn() },
  { name: 'try organisation', weight: 1, act: tryOrganization },
  { name: 'mistype', weight: 3, act: mistype },
];

/** One of the actions, by weight. */
export function nextAction(random: Random): Action {
  let left = random.next() * ACTIONS.reduce((sum, { weight }) => sum + weight, 0);
  const chosen = ACTIONS.find(({ weight }) => (left -= weight) < 0);
  return chosen ?? { name: 'nothing', weight: 0, act: async () => undefined };
}
