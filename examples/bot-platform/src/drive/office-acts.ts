// Money, policies, invitations, tokens; and what goes wrong now and then.

import { z } from 'zod';
import { type Act, isMadeLater, madeId, reason, rowsAt } from './act.ts';
import { look } from './bot-acts.ts';

const TOKENS_MAX = 2;
const GUESTS = ['robin', 'alex', 'kim', 'sam', 'jo', 'nico'] as const;
const NewToken = z.object({ token: z.string() });

export const bill: Act = async (person, random) => {
  const open = (await rowsAt(person, '/invoices')).find(({ status }) => status === 'open');
  if (open !== undefined) return person.ask('POST', `/invoices/${open.id}/pay`, { reason: 'Approved by Maria' });
  const subscription = z.object({ seats: z.number() }).safeParse((await person.ask('GET', '/subscription')).body);
  if (!subscription.success || random.chance(0.6)) return person.ask('GET', '/invoices');
  const { seats } = subscription.data;
  return person.ask('PATCH', '/subscription', { body: { seats: seats > 15 ? seats - 1 : seats + 1 }, reason: reason(random) });
};

export const guard: Act = async (person, random) => {
  const policy = random.one((await rowsAt(person, '/policies')).filter(({ kind }) => kind === 'retention'));
  if (policy === undefined || random.chance(0.4)) return person.ask('GET', '/grants');
  const rules = policy['rules'] as { days?: number };
  const body = { rules: { ...rules, days: rules.days === 365 ? 400 : 365 } };
  return person.ask('PATCH', `/policies/${policy.id}`, { body, reason: 'Quarterly review' });
};

/** Somebody is invited; who does not come is not awaited any more. */
export const invite: Act = async (person, random) => {
  const open = random.one(await rowsAt(person, '/invitations'));
  if (open !== undefined) return person.ask('DELETE', `/invitations/${open.id}`, { reason: 'No answer' });
  return person.ask('POST', '/invitations', { body: { email: `${random.pick<string>(GUESTS)}@guests.test`, role: 'viewer' } });
};

/** A token for a script, which then does something; old ones go. */
export const useToken: Act = async (person, random) => {
  const tokens = (await rowsAt(person, '/tokens')).filter(isMadeLater);
  const old = random.one(tokens);
  if (old !== undefined && tokens.length >= TOKENS_MAX) return person.ask('DELETE', `/tokens/${old.id}`, { reason: 'No longer used' });
  const body = { name: random.pick(['ci', 'staging', 'import']), scopes: ['read', 'write'], days: 30 };
  const made = NewToken.safeParse((await person.ask('POST', '/tokens', { body })).body);
  const dataset = random.one((await rowsAt(person, '/datasets')).filter(({ id }) => id !== 'ds_customers'));
  if (!made.success || dataset === undefined) return undefined;
  const description = `${String(dataset['description']).split(' (')[0]} (checked, run ${random.below(1_000)})`;
  return person.ask('PATCH', `/datasets/${dataset.id}`, { token: made.data.token, body: { description } });
};

export const mistype: Act = (person) => person.signIn({ password: 'a wrong password' });

/** Somebody tries what their role does not permit: the platform says no, and nothing is written. */
export const overreach: Act = async (person, random) => {
  const bot = random.one(await rowsAt(person, '/bots'));
  if (bot === undefined) return look(person, random);
  return person.ask('PATCH', `/bots/${bot.id}`, { body: { status: 'paused' }, reason: 'Customers complain' });
};

/** An organisation that is tried out and given up, with all that is in it. */
export const tryOrganization: Act = async (person, random) => {
  const organization = madeId(await person.ask('POST', '/organizations', { body: { name: `Trial ${random.below(1_000)}` } }));
  if (organization === undefined) return undefined;
  const datasetId = madeId(await person.ask('POST', '/datasets', { organization, body: { name: 'Samples' } })) ?? null;
  const samples = ['One', 'Two'].map((title) => ({ title, body: `Sample ${title.toLowerCase()}.` }));
  if (datasetId !== null) await person.ask('POST', `/datasets/${datasetId}/records`, { organization, body: samples });
  await person.ask('POST', '/bots', { organization, body: { name: 'First try', model: 'small-1', datasetId } });
  return person.ask('DELETE', '/organization', { organization, reason: 'The trial has ended' });
};
