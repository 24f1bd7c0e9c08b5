// The scenes of the last two days. Each looks at what is there first, so that one that was broken off can be played again.

import { isDeepStrictEqual } from 'node:util';
import pg from 'pg';
import { madeId, type Row, rowsAt } from '../../drive/act.ts';
import { TOKEN_VALUE } from '../company-rows.ts';
import { ABROAD, REASONS } from '../moments.ts';
import type { Found } from '../trail.ts';
import { ACME, type Stage, untilFound } from './stage.ts';
import { valuesToSet } from './undo.ts';

export type Scene = (stage: Stage) => Promise<void>;

/** The token of the night still opens: the customers, or what is left of them, are taken once more. */
export const comeBack: Scene = async ({ person }) => {
  const from = { ...ABROAD, userAgent: 'curl/8.5.0' };
  await person('usr_casey').ask('POST', '/datasets/ds_customers/exports', { body: { format: 'jsonl' }, token: TOKEN_VALUE, from });
};

/** Grace means the bots that are paused, and names none: all of them are changed. */
export const makeMistake: Scene = async ({ person }) => {
  await person('usr_grace').ask('POST', '/bots/bulk', {
    body: { where: {}, set: { model: 'small-1', temperature: 0.9 } },
    reason: REASONS.mistake,
  });
};

/** Joe finds the mistake in the trail, and takes each bot back to what it was before. */
export const undoMistake: Scene = async (stage) => {
  const { trail, person } = stage;
  const joe = person('usr_joe');
  const events = await untilFound(stage, `action:bot.updated reason:"${REASONS.mistake}"`, (await rowsAt(joe, '/bots')).length);
  const now = new Map((await rowsAt(joe, '/bots')).map((bot) => [bot.id, bot]));
  const changes: { id: string; model?: unknown; temperature?: unknown }[] = [];
  for (const event of events) {
    const id = event.resource?.id ?? '';
    const values = valuesToSet(await trail.reverse(ACME, event), now.get(id));
    if (values === undefined) continue;
    const [model, temperature] = [values.get('/model'), values.get('/config/temperature')];
    changes.push({ id, ...(model !== undefined && { model }), ...(temperature !== undefined && { temperature }) });
  }
  if (changes.length === 0) return;
  const [first] = events;
  const reason = `${REASONS.undo} request ${first?.context?.requestId ?? ''}`;
  const { status } = await joe.ask('PATCH', '/bots', { body: changes.sort((one, other) => (one.id < other.id ? -1 : 1)), reason });
  if (status !== 200) throw new Error(`the mistake was not undone: ${status}`);
  await untilFound(stage, `action:bot.updated reason:"${reason}"`, changes.length);
  for (const event of events) await checkUndone(stage, event);
};

/** Time travel is believed when it agrees: every bot is now what it was a moment before the mistake. */
async function checkUndone({ trail }: Stage, event: Found): Promise<void> {
  const id = event.resource?.id ?? '';
  const before = await trail.state(ACME, 'bot', id, new Date(Date.parse(event.occurredAt) - 1).toISOString());
  const now = await trail.state(ACME, 'bot', id);
  for (const field of ['model', 'config'])
    if (!isDeepStrictEqual(before.values[field], now.values[field]))
      throw new Error(`${field} of ${id} is not what it was before the mistake`);
}

/** Somebody who has the password of the database, and does not ask the platform. */
export const goBehind: Scene = async ({ databaseUrl }) => {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'psql' });
  await client.connect();
  await client.query(`UPDATE policies SET enabled = false WHERE id = 'pol_customers' AND enabled`);
  await client.end();
};

/** Priya looks for changes by nobody known, and turns the policy on again. */
export const findWhatWasBehind: Scene = async (stage) => {
  const priya = stage.person('usr_priya');
  const [event] = await untilFound(stage, 'attribution:none action:policy.updated', 1);
  if (event === undefined) return;
  const policy = (await rowsAt(priya, '/policies')).find(({ id }) => id === event.resource?.id);
  const values = valuesToSet(await stage.trail.reverse(ACME, event), policy);
  if (policy === undefined || values === undefined) return;
  await priya.ask('PATCH', `/policies/${policy.id}`, {
    body: { enabled: values.get('/enabled') },
    reason: 'Turned off in SQL, by whom nobody knows',
  });
};

const because = (what: string): string => `${REASONS.incident}: ${what}`;

/** Priya finds the night: nobody of Acme works in that country. What can be taken back is taken back. */
export const cleanUp: Scene = async (stage) => {
  const { trail, person } = stage;
  const priya = person('usr_priya');
  const events = await trail.find(ACME, `country:${ABROAD.country} outcome:success`);
  await priya.ask('DELETE', '/grants/grant_contractors', { reason: because('no contractor needs this') });
  for (const event of events.filter(({ action }) => action === 'api_token.created'))
    await priya.ask('DELETE', `/tokens/${event.resource?.id ?? ''}`, { reason: because('the token of the night') });
  const casey = (await rowsAt(priya, '/members')).find(({ id }) => id === 'usr_casey');
  if (casey?.['status'] === 'active')
    await priya.ask('PATCH', '/users/usr_casey', { body: { status: 'suspended' }, reason: because('until we have spoken') });
  for (const event of events) {
    const { type, id } = event.resource ?? {};
    if (type !== 'bot' && type !== 'webhook') continue;
    const row = (await rowsAt(priya, `/${type}s`)).find((each) => each.id === id);
    if (row !== undefined) await putBack(stage, event, row);
  }
  await bringBack(
    stage,
    events.filter(({ action }) => action === 'record.deleted'),
  );
};

/** A bot's model and backstory, a webhook's address: as they were before the event. */
async function putBack({ trail, person }: Stage, event: Found, row: Row): Promise<void> {
  if (!event.action.endsWith('.updated')) return;
  const values = valuesToSet(await trail.reverse(ACME, event), row);
  if (values === undefined) return;
  const body = Object.fromEntries([...values].map(([path, value]) => [path.slice(1), value]));
  await person('usr_priya').ask('PATCH', `/${event.resource?.type ?? ''}s/${row.id}`, {
    body,
    reason: because('as it was before the night'),
  });
}

/** The customers that were deleted, from what the trail knows of them. */
async function bringBack({ trail, person }: Stage, deletions: readonly Found[]): Promise<void> {
  const priya = person('usr_priya');
  const there = new Set((await rowsAt(priya, '/datasets/ds_customers/records')).map(({ title }) => title));
  const missing: object[] = [];
  for (const event of deletions.toReversed()) {
    const { values } = await trail.reverse(ACME, event);
    if (values === undefined || there.has(values['title'])) continue;
    missing.push({ title: values['title'], body: values['body'], metadata: values['metadata'] });
  }
  if (missing.length > 0)
    await priya.ask('POST', '/datasets/ds_customers/records', { body: missing, reason: because('the customers that were deleted') });
}

/** Casey does not get in any more. */
export const knockInVain: Scene = async ({ person }) => {
  await person('usr_casey').signIn({ from: ABROAD });
};

/** Maria sees what Tom sees, in his place and under her name. */
export const lendAHand: Scene = async ({ person }) => {
  const maria = person('usr_maria');
  const reason = 'Ticket 4977: Tom cannot close a conversation';
  const answer = await maria.ask('POST', '/impersonations', { body: { userId: 'usr_tom', reason }, reason });
  const { token } = answer.body as { readonly token?: string };
  if (token === undefined) return;
  const theirs = (await rowsAt(maria, '/conversations')).find(({ status, user_id }) => status === 'open' && user_id === 'usr_tom');
  if (theirs !== undefined) await maria.ask('PATCH', `/conversations/${theirs.id}`, { token, reason, body: { status: 'closed' } });
  await maria.ask('DELETE', '/sessions', { token });
};

/** Aiko asks the curator to keep something in mind: it does so itself, on her behalf. */
export const tellTheCurator: Scene = async ({ person }) => {
  const aiko = person('usr_aiko');
  const id = madeId(await aiko.ask('POST', '/conversations', { body: { botId: 'bot_curator', title: 'What the night has taught us' } }));
  if (id === undefined) return;
  const body = 'remember: Safety, tokens: a token that does not expire is a key under the mat';
  await aiko.ask('POST', `/conversations/${id}/messages`, { body: { body } });
};
