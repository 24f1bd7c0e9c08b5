// The scenes that the history is told for: a contractor comes, is given too much, and returns by night.

import { browserOf, personOf } from '../cast.ts';
import { GRANT, LATER, TOKEN } from '../company-rows.ts';
import { type Desk, type Office, partyOf, type Seat, sitDown } from '../desk.ts';
import type { Values } from '../event.ts';
import { instantOf } from '../local-time.ts';
import { ABROAD, BACKSTORY_OF_THE_NIGHT, GRANT_DAYS_AGO, NIGHT_DAYS_AGO, REASONS } from '../moments.ts';
import { createRandom } from '../random.ts';
import { PLATFORM } from './machines.ts';
import { signIn } from './shifts.ts';
import { CONTRACTOR, HIRED_DAYS_AGO, LAST_DAYS_AGO, placeOf, workdayBefore } from './when.ts';

/** How many customers are deleted: not all, for somebody would see it at once. */
const DELETED = 48;

export function planScenes(office: Office, seed: number, today: number): void {
  const scene = (person: string, daysAgo: number, minutes: number, act: (desk: Desk) => void, onWorkdays = true): void => {
    const day = onWorkdays ? workdayBefore(today - daysAgo) : today - daysAgo;
    const who = personOf(person);
    const ms = instantOf(day, minutes, who.place.timezone);
    const random = createRandom(`${seed}/scene/${person}/${daysAgo}/${minutes}`);
    office.agenda.at(ms, () => act(sitDown(office, ms, seatOf(person, daysAgo, random.hex(18)), random)));
  };

  scene('usr_joe', HIRED_DAYS_AGO, 9 * 60 + 40, arrival);
  scene('usr_sofia', 28, 10 * 60 + 12, tuneSupport({ config: { temperature: 0.3, maxTokens: 1024 } }, 'Ticket 4380: it repeats itself'));
  scene('usr_joe', 20, 11 * 60 + 5, tuneSupport({ model: 'medium-2' }, 'Ticket 4466: customer asked for the larger model'));
  scene('usr_sofia', 13, 14 * 60 + 31, tuneSupport({ backstory: SUPPORT_VOICE }, 'Agreed with Tom: the name first'));
  scene('usr_joe', GRANT_DAYS_AGO, 16 * 60 + 22, giveTooMuch);
  for (const [id, daysAgo] of [
    ['inv_globex_12', 27],
    ['inv_acme_12', 21],
  ] as const)
    planInvoice(office, seed, id, instantOf(today - daysAgo, 4 * 60, 'UTC'));
  planNight(office, seed, today);
  scene('usr_grace', LAST_DAYS_AGO, 20 * 60, tidyUp, false);
}

const SUPPORT_VOICE = 'You answer the customers of Acme. You say your name first. You are patient, and you say so when you do not know.';

function seatOf(id: string, daysAgo: number, session: string): Seat {
  const person = personOf(id);
  const { country, city, ip } = placeOf(person, daysAgo);
  return {
    tenant: person.organization_id,
    actor: partyOf(person),
    person,
    context: { ip, location: { country, city }, userAgent: browserOf(id), sessionId: `ses_${session}`, authMethod: 'session' },
  };
}

function arrival({ world, request }: Desk): void {
  const hire = request('POST /members', 'Six weeks, for the move of the customer system');
  for (const [type, row] of LATER)
    if (row['id'] === CONTRACTOR || row['user_id'] === CONTRACTOR) hire(`${type}.created`, world.create(type, row));
}

function tuneSupport(changes: Values, reason: string): (desk: Desk) => void {
  return ({ world, request }) => request('PATCH /bots/:id', reason)('bot.updated', world.update('bot', 'bot_support', changes));
}

function giveTooMuch({ world, request }: Desk): void {
  request('POST /grants', REASONS.tooWide)('grant.created', world.create('grant', GRANT));
}

/** What was tried out is given up before the story goes on: so its last days begin alike, whatever day it is. */
function tidyUp(desk: Desk): void {
  for (const id of desk.world.ids('bot', ({ status }) => status === 'draft'))
    desk.request('DELETE /bots/:id', 'Not needed')('bot.deleted', desk.world.remove('bot', id));
}

function planInvoice(office: Office, seed: number, id: string, ms: number): void {
  const row = LATER.find(([, values]) => values['id'] === id)?.[1];
  if (row === undefined) throw new Error(`there is no invoice ${id}`);
  const seat: Seat = { tenant: String(row['organization_id']), actor: PLATFORM, context: {} };
  office.agenda.at(ms, () => {
    const desk = sitDown(office, ms, seat, createRandom(`${seed}/${id}`));
    desk.request('job renewals')('invoice.created', desk.world.create('invoice', row));
  });
}

/** Between half past two and half past three, by the clock of the city that Casey lives in. */
function planNight(office: Office, seed: number, today: number): void {
  const { place } = personOf(CONTRACTOR);
  const random = createRandom(`${seed}/night`);
  const abroad = seatOf(CONTRACTOR, NIGHT_DAYS_AGO, random.hex(18));
  const token: Seat = {
    tenant: abroad.tenant,
    actor: { type: 'api_key', id: TOKEN.id, name: TOKEN.name, onBehalfOf: abroad.actor },
    context: { ip: ABROAD.ip, location: { country: ABROAD.country, city: ABROAD.city }, userAgent: 'curl/8.5.0', authMethod: 'api_token' },
  };
  const at = (hour: number, minute: number, seat: Seat, act: (desk: Desk) => void): void => {
    const ms = instantOf(today - NIGHT_DAYS_AGO, hour * 60 + minute, place.timezone);
    office.agenda.at(ms, () => act(sitDown(office, ms, seat, random)));
  };
  const door = (minute: number, succeeds: boolean): void => {
    const ms = instantOf(today - NIGHT_DAYS_AGO, 2 * 60 + minute, place.timezone);
    office.agenda.at(ms, () => signIn(office, ms, abroad, random, succeeds));
  };
  door(38.2, false);
  door(39.1, false);
  door(41.3, true);
  at(2, 43, abroad, ({ world, request }) => {
    request('GET /datasets')('dataset.viewed', world.look('dataset', 'ds_customers'));
    request('GET /webhooks')('webhook.viewed', world.look('webhook', 'whk_crm'));
  });
  at(2, 46, abroad, ({ world, request }) => request('POST /tokens')('api_token.created', world.create('api_token', TOKEN)));
  at(2, 52, abroad, ({ world, request }) =>
    request('PATCH /bots/:id')('bot.updated', world.update('bot', 'bot_support', { model: 'large-3', backstory: BACKSTORY_OF_THE_NIGHT })),
  );
  at(2, 58, abroad, ({ world, request }) =>
    request('PATCH /webhooks/:id')('webhook.updated', world.update('webhook', 'whk_crm', { url: 'https://relay.crm-acme.example/hooks' })),
  );
  at(3, 4, abroad, takeCustomers);
  at(3, 12, token, ({ world, request }) => {
    const bulk = request('POST /datasets/:id/records/delete');
    const customers = world.ids('record', ({ dataset_id }) => dataset_id === 'ds_customers');
    for (const id of customers.slice(0, DELETED)) bulk('record.deleted', world.remove('record', id));
  });
  at(3, 20, abroad, ({ request }) => request('DELETE /sessions')('auth.logout'));
}

function takeCustomers(desk: Desk): void {
  const { world, random } = desk;
  const rows = world.ids('record', ({ dataset_id }) => dataset_id === 'ds_customers').length;
  const id = `exp_${random.hex(18)}`;
  const row = {
    id,
    organization_id: 'org_acme',
    dataset_id: 'ds_customers',
    requested_by: CONTRACTOR,
    name: 'Customers.csv',
    format: 'csv',
    rows,
    bytes: rows * 120,
  };
  desk.request('POST /datasets/:id/exports')('export.created', world.create('export', row));
  desk.later(0.5, (then) => then.request('GET /exports/:id/content')('export.downloaded', world.look('export', id)));
}
