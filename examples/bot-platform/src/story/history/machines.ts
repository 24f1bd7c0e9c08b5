// What works without anybody at a desk: a nightly script with a token, a bot on behalf of a person, the platform itself.

import { type Desk, type Office, partyOf, type Request, type Seat, sitDown, type Work } from '../desk.ts';
import type { Party } from '../event.ts';
import { personOf } from '../cast.ts';
import { instantOf, isWeekend, weekdayOf } from '../local-time.ts';
import { createRandom } from '../random.ts';
import { bodyFor, newTitle } from '../words.ts';
import { daysOf } from './when.ts';

export const PLATFORM: Party = { type: 'service', id: 'bot-platform', name: 'bot-platform' };

interface Machine {
  readonly key: string;
  readonly seat: Seat;
  readonly zone: string;
  readonly minutes: number;
  readonly runs: (day: number) => boolean;
  readonly work: Work;
}

function revise({ world, random }: Desk, request: Request, id: string): void {
  const { title, body: old } = world.row('record', id);
  const body = bodyFor(String(title), random);
  if (body !== old) request('record.updated', world.update('record', id, { body }));
}

/** Records of the product questions come from the warehouse, every night; once in a while it does not answer. */
function sync(desk: Desk): void {
  const { world, random } = desk;
  const request = desk.request('PATCH /records/:id', 'Nightly sync');
  if (random.chance(0.1)) {
    request('dataset.synced', {
      ...world.look('dataset', 'ds_products'),
      outcome: 'failure',
      error: { code: 'timeout', message: 'the warehouse does not answer' },
    });
    return;
  }
  const records = world.ids('record', ({ dataset_id }) => dataset_id === 'ds_products');
  for (let left = 3 + random.below(4); left > 0; left--) {
    const id = random.one(records);
    if (id !== undefined) revise(desk, request, id);
  }
}

/** The curator does what it is told in a conversation: it may no more than the person whom it acts for. */
function curate(desk: Desk): void {
  const { world, random } = desk;
  const request = desk.request('POST /conversations/:id/messages');
  const records = world.ids('record', ({ dataset_id }) => dataset_id === 'ds_handbook');
  for (let left = 1 + random.below(4); left > 0; left--) {
    const id = random.one(records);
    if (id !== undefined) revise(desk, request, id);
  }
  if (random.chance(0.3)) {
    const title = newTitle('ds_handbook', random);
    const row = {
      id: `rec_${random.hex(18)}`,
      dataset_id: 'ds_handbook',
      title,
      body: bodyFor(title, random),
      metadata: { source: 'bot_curator' },
    };
    request('record.created', world.create('record', row));
  }
}

function report(desk: Desk): void {
  const { world, random, seat } = desk;
  const rows = world.ids('record', ({ dataset_id }) => dataset_id === 'ds_returns').length;
  const id = `exp_${random.hex(18)}`;
  const row = {
    id,
    organization_id: seat.tenant,
    dataset_id: 'ds_returns',
    requested_by: 'usr_grace',
    name: 'Returns.csv',
    format: 'csv',
    rows,
    bytes: rows * 120,
  };
  desk.request('POST /datasets/:id/exports', 'Weekly report')('export.created', world.create('export', row));
  desk.later(0.1, (then) => then.request('GET /exports/:id/content')('export.downloaded', world.look('export', id)));
}

/** Hooks are delivered by the platform; only what goes wrong is worth a line. */
function deliver(desk: Desk): void {
  if (desk.random.chance(0.7)) return;
  desk.request('POST https://oncall.acme.test/hooks/platform')('webhook.delivered', {
    ...desk.world.look('webhook', 'whk_alerts'),
    outcome: 'failure',
    error: { code: '503', message: 'the other side answered 503' },
  });
}

const acme = 'org_acme';
const daniel = personOf('usr_daniel');
const grace = personOf('usr_grace');
const aiko = personOf('usr_aiko');
const script = (id: string, name: string, owner: typeof daniel, ip: string): Seat => ({
  tenant: acme,
  actor: { type: 'api_key', id, name, onBehalfOf: partyOf(owner) },
  context: { ip, location: { country: 'DE', city: 'Frankfurt am Main' }, userAgent: 'acme-scripts/2.4', authMethod: 'api_token' },
});
const curator: Seat = {
  tenant: acme,
  actor: { type: 'agent', id: 'bot_curator', name: 'Curator', onBehalfOf: partyOf(aiko) },
  context: { userAgent: 'bot-platform/agent', authMethod: 'session' },
};

const MACHINES: readonly Machine[] = [
  {
    key: 'sync',
    seat: script('tok_sync', 'nightly sync', daniel, '198.51.100.200'),
    zone: 'UTC',
    minutes: 2 * 60 + 30,
    runs: () => true,
    work: sync,
  },
  {
    key: 'report',
    seat: script('tok_report', 'weekly report', grace, '198.51.100.201'),
    zone: grace.place.timezone,
    minutes: 6 * 60,
    runs: (day) => weekdayOf(day) === 1,
    work: report,
  },
  ...[11, 15, 17].map((hour) => ({
    key: `curate ${hour}`,
    seat: curator,
    zone: aiko.place.timezone,
    minutes: hour * 60 + 20,
    runs: (day: number) => !isWeekend(day),
    work: curate,
  })),
  {
    key: 'deliver',
    seat: { tenant: acme, actor: PLATFORM, context: {} },
    zone: 'UTC',
    minutes: 13 * 60 + 5,
    runs: () => true,
    work: deliver,
  },
];

export function planMachines(office: Office, seed: number, today: number): void {
  for (const { key, seat, zone, minutes, runs, work } of MACHINES) {
    for (const { day, week } of daysOf(today)) {
      if (!runs(day)) continue;
      const random = createRandom(`${seed}/machine/${key}/${week}/${weekdayOf(day)}`);
      const ms = instantOf(day, minutes + random.next() * 2, zone);
      office.agenda.at(ms, () => work(sitDown(office, ms, seat, random)));
    }
  }
}
