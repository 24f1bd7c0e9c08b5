// Work on datasets and records, and talks with the bots that read them.

import { bodyFor, newTitle, question, UPLOADS } from '../story/words.ts';
import { type Act, isMadeLater, madeId, reason, type Row, rowsAt } from './act.ts';
import { look } from './bot-acts.ts';
import type { Person } from './person.ts';

/** The platform shows the first 200 of a dataset. */
const RECORDS_MAX = 90;
const FILES_MAX = 60;
const CONVERSATIONS_MAX = 700;

/** Those of customers are left alone. */
async function workDatasets(person: Person): Promise<readonly Row[]> {
  return (await rowsAt(person, '/datasets')).filter(({ id }) => id !== 'ds_customers');
}

export const write: Act = async (person, random) => {
  const dataset = random.one(await workDatasets(person));
  const record = dataset && random.one(await rowsAt(person, `/datasets/${dataset.id}/records`));
  if (record === undefined) return look(person, random);
  const body = bodyFor(String(record['title']), random);
  if (body === record['body']) return look(person, random);
  return person.ask('PATCH', `/records/${record.id}`, { body: { body }, reason: reason(random) });
};

export const add: Act = async (person, random) => {
  const dataset = random.one(await workDatasets(person));
  if (dataset === undefined) return look(person, random);
  if ((await rowsAt(person, `/datasets/${dataset.id}/records`)).length >= RECORDS_MAX) return drop(person, random);
  const body = Array.from({ length: 1 + random.below(3) }, () => {
    const title = newTitle(dataset.id, random);
    return { title, body: bodyFor(title, random), metadata: { source: 'manual' } };
  });
  return person.ask('POST', `/datasets/${dataset.id}/records`, { body });
};

/** What was added of late is dropped again; the older records stay. */
export const drop: Act = async (person, random) => {
  const dataset = random.one(await workDatasets(person));
  const record = dataset && random.one((await rowsAt(person, `/datasets/${dataset.id}/records`)).filter(isMadeLater));
  if (record === undefined) return look(person, random);
  return person.ask('DELETE', `/records/${record.id}`, { reason: reason(random) });
};

export const upload: Act = async (person, random) => {
  const files = await rowsAt(person, '/files');
  const old = random.one(files.filter(isMadeLater));
  if (files.length >= FILES_MAX && old !== undefined) return person.ask('DELETE', `/files/${old.id}`, { reason: 'Outdated' });
  const name = random.pick<string>(UPLOADS);
  return person.ask('POST', '/files', { body: { name, mimeType: 'text/plain', content: `${name}, as it was uploaded.` } });
};

/** Conversations are kept, but not for ever. */
async function forgetSome(person: Person): Promise<void> {
  const conversations = await rowsAt(person, '/conversations');
  const old = conversations.filter(isMadeLater).slice(0, Math.max(0, conversations.length - CONVERSATIONS_MAX));
  for (const { id } of old) await person.ask('DELETE', `/conversations/${id}`, { reason: 'Kept long enough' });
}

/** A customer has a question: a bot answers, and the conversation is closed, or handed to a person. */
export const talk: Act = async (person, random) => {
  // The list is long: it is not looked through every time.
  if (random.chance(0.1)) await forgetSome(person);
  const bot = random.one((await rowsAt(person, '/bots')).filter(({ status }) => status === 'live'));
  if (bot === undefined) return look(person, random);
  const title = question(random);
  const id = madeId(await person.ask('POST', '/conversations', { body: { botId: bot.id, title } }));
  if (id === undefined) return undefined;
  await person.ask('POST', `/conversations/${id}/messages`, { body: { body: `${title} What shall I answer?` } });
  return person.ask('PATCH', `/conversations/${id}`, { body: { status: random.chance(0.15) ? 'escalated' : 'closed' } });
};

export const exportDataset: Act = async (person, random) => {
  const dataset = random.one((await workDatasets(person)).filter(({ visibility }) => visibility !== 'private'));
  if (dataset === undefined) return look(person, random);
  const id = madeId(await person.ask('POST', `/datasets/${dataset.id}/exports`, { body: { format: 'csv' }, reason: reason(random) }));
  return id === undefined ? undefined : person.ask('GET', `/exports/${id}/content`);
};
