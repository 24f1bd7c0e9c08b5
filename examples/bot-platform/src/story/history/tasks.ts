// What comes of what somebody is busy with: a request or two of the platform, and the events of them.

import type { Task } from '../cast.ts';
import type { Desk, Work } from '../desk.ts';
import type { Values } from '../event.ts';
import { bodyFor, CHANNELS, INSTRUCTIONS, newTitle, question, TONES, TRIALS, UPLOADS } from '../words.ts';
import { look, ownOf, reasonOf } from './look.ts';
import { bill, guard, invite, overreach } from './office-tasks.ts';

export const TASKS: Readonly<Record<Task, Work>> = {
  look,
  talk,
  write,
  add,
  drop,
  upload,
  tune,
  teach,
  'try bot': tryBot,
  wire,
  rotate,
  listen,
  bill,
  guard,
  invite,
  export: exportDataset,
  overreach,
};

/** What the scenes turn on is changed by them alone. */
const OF_THE_PLOT = new Set(['bot_support', 'whk_crm']);

/** A customer has a question: a conversation with a bot, closed after a while, or handed to a person. */
function talk(desk: Desk): void {
  const { world, random, seat } = desk;
  const bot = ownOf(desk, 'bot', ({ status }) => status === 'live');
  if (bot === undefined) return look(desk);
  const id = `cnv_${random.hex(18)}`;
  const row = {
    id,
    organization_id: seat.tenant,
    bot_id: bot,
    user_id: seat.person?.id ?? null,
    title: question(random),
    status: 'open',
  };
  desk.request('POST /conversations')('conversation.created', world.create('conversation', row));
  const status = random.chance(0.15) ? 'escalated' : 'closed';
  desk.later(4 + random.next() * 20, (then) =>
    then.request('PATCH /conversations/:id')('conversation.updated', world.update('conversation', id, { status })),
  );
}

/** Records of what customers ask and of how one works; those of people are left alone. */
function recordOf(desk: Desk, which: (row: Values) => boolean = () => true): string | undefined {
  const { world, seat, random } = desk;
  return random.one(
    world.ids('record', (row) => {
      const dataset = row['dataset_id'];
      if (typeof dataset !== 'string' || dataset === 'ds_customers' || !which(row)) return false;
      return world.row('dataset', dataset)['organization_id'] === seat.tenant;
    }),
  );
}

function write(desk: Desk): void {
  const { world, random } = desk;
  const id = recordOf(desk);
  if (id === undefined) return look(desk);
  const { title, body: old } = world.row('record', id);
  const body = bodyFor(String(title), random);
  if (body === old) return look(desk);
  desk.request('PATCH /records/:id', reasonOf(desk))('record.updated', world.update('record', id, { body }));
}

function add(desk: Desk): void {
  const { world, random } = desk;
  const dataset = ownOf(desk, 'dataset', ({ id }) => id !== 'ds_customers');
  if (dataset === undefined) return look(desk);
  const request = desk.request('POST /datasets/:id/records');
  for (let left = 1 + random.below(3); left > 0; left--) {
    const title = newTitle(dataset, random);
    const row = { id: `rec_${random.hex(18)}`, dataset_id: dataset, title, body: bodyFor(title, random), metadata: { source: 'manual' } };
    request('record.created', world.create('record', row));
  }
}

/** What was added of late is dropped again; the older records stay. */
function drop(desk: Desk): void {
  const id = recordOf(desk, (row) => /^rec_[0-9a-f]{18}$/.test(String(row['id'])));
  if (id === undefined) return add(desk);
  desk.request('DELETE /records/:id', reasonOf(desk))('record.deleted', desk.world.remove('record', id));
}

function upload(desk: Desk): void {
  const { world, random, seat } = desk;
  const name = random.pick(UPLOADS);
  const row = {
    id: `fil_${random.hex(18)}`,
    organization_id: seat.tenant,
    dataset_id: ownOf(desk, 'dataset', ({ id }) => id !== 'ds_customers') ?? null,
    uploaded_by: seat.person?.id ?? null,
    name,
    mime_type: name.endsWith('.pdf') ? 'application/pdf' : 'text/plain',
    size_bytes: 0,
    sha256: random.hex(64),
    content: `${name}, as it was uploaded.`,
  };
  row.size_bytes = row.content.length;
  desk.request('POST /files')('file.created', world.create('file', row));
}

/** A bot is set otherwise: how freely it speaks, in which tone, whether at all. Models are changed by the few who pay for them. */
function tune(desk: Desk): void {
  const { world, random } = desk;
  const id = ownOf(desk, 'bot', ({ id: each, status }) => status !== 'draft' && !OF_THE_PLOT.has(String(each)));
  if (id === undefined) return look(desk);
  const { config, backstory, status } = world.row('bot', id) as { config: Values; backstory: string; status: string };
  const first = backstory.split('. ').slice(0, 1).join('').replace(/\.$/, '');
  const changes = random.pick<Values>([
    { config: { ...config, temperature: ((Number(config['temperature'] ?? 0) * 10 + 1 + random.below(5)) % 9) / 10 } },
    { config: { ...config, maxTokens: (Number(config['maxTokens'] ?? 0) % 2048) + 256 } },
    { backstory: `${first}. ${random.pick(TONES.filter((tone) => !backstory.endsWith(tone)) as [string])}` },
    { status: status === 'live' ? 'paused' : 'live' },
  ]);
  const request = desk.request('PATCH /bots/:id', reasonOf(desk));
  request('bot.updated', world.update('bot', id, changes));
  // A paused bot is back soon.
  if (changes['status'] === 'paused')
    desk.later(10 + random.next() * 90, (then) => {
      if (world.row('bot', id)['status'] === 'paused')
        then.request('PATCH /bots/:id')('bot.updated', world.update('bot', id, { status: 'live' }));
    });
}

function teach(desk: Desk): void {
  const { world, random, seat } = desk;
  const id = random.one(
    world.ids('ability', ({ skillset_id }) => world.row('skillset', String(skillset_id))['organization_id'] === seat.tenant),
  );
  if (id === undefined) return look(desk);
  const instruction = random.pick(INSTRUCTIONS.filter((each) => each !== world.row('ability', id)['instruction']) as [string]);
  desk.request('PATCH /abilities/:id', reasonOf(desk))('ability.updated', world.update('ability', id, { instruction }));
}

/** A bot is tried out, and given up the next time. */
function tryBot(desk: Desk): void {
  const { world, random, seat } = desk;
  const given = ownOf(desk, 'bot', ({ status, created_by }) => status === 'draft' && created_by === seat.person?.id);
  if (given !== undefined) {
    desk.request('DELETE /bots/:id', reasonOf(desk))('bot.deleted', world.remove('bot', given));
    return;
  }
  const row = {
    id: `bot_${random.hex(18)}`,
    organization_id: seat.tenant,
    team_id: 'team_content',
    skillset_id: 'skl_desk',
    dataset_id: 'ds_products',
    created_by: seat.person?.id ?? null,
    name: `Trial: ${random.pick(TRIALS)}`,
    model: random.pick(['small-1', 'medium-2']),
    status: 'draft',
    backstory: 'You are being tried out.',
    config: { temperature: 0.5 },
  };
  desk.request('POST /bots')('bot.created', world.create('bot', row));
}

function wire(desk: Desk): void {
  const { world, random, seat } = desk;
  const id = random.one(world.ids('integration', ({ bot_id }) => world.row('bot', String(bot_id))['organization_id'] === seat.tenant));
  if (id === undefined) return look(desk);
  const { kind, config, enabled } = world.row('integration', id) as { kind: string; config: Values; enabled: boolean };
  if (random.chance(0.2)) {
    desk.request('POST /integrations/:id/connect')('integration.connected', {
      ...world.look('integration', id),
      outcome: 'failure',
      error: { code: 'upstream', message: `${kind} does not answer` },
    });
    return;
  }
  const changes =
    kind === 'slack' && random.chance(0.6)
      ? { config: { ...config, channel: random.pick(CHANNELS.filter((each) => each !== config['channel']) as [string]) } }
      : { enabled: !enabled };
  const request = desk.request('PATCH /integrations/:id', reasonOf(desk));
  request('integration.updated', world.update('integration', id, changes));
  if (changes.enabled === false)
    desk.later(5 + random.next() * 60, (then) => {
      if (world.row('integration', id)['enabled'] === false)
        then.request('PATCH /integrations/:id')('integration.updated', world.update('integration', id, { enabled: true }));
    });
}

function rotate(desk: Desk): void {
  const id = ownOf(desk, 'secret');
  if (id === undefined) return look(desk);
  // The platform never tells a value, not even to its trail.
  desk.request('PATCH /secrets/:id', 'Rotation')('secret.rotated', { ...desk.world.look('secret', id), metadata: { turn: 1 } });
}

const HEARD_OF = ['conversation.created', 'conversation.escalated', 'record.updated', 'bot.updated'] as const;

function listen(desk: Desk): void {
  const { world, random } = desk;
  const id = ownOf(desk, 'webhook', ({ id: each }) => !OF_THE_PLOT.has(String(each)));
  if (id === undefined) return look(desk);
  const events = world.row('webhook', id)['events'] as readonly string[];
  const added = random.pick(HEARD_OF);
  const changed = events.includes(added) ? events.filter((each) => each !== added) : [...events, added];
  if (changed.length === 0) return look(desk);
  desk.request('PATCH /webhooks/:id', reasonOf(desk))('webhook.updated', world.update('webhook', id, { events: changed }));
}

function exportDataset(desk: Desk): void {
  const { world, random, seat } = desk;
  const dataset = ownOf(desk, 'dataset', ({ visibility }) => visibility !== 'private');
  if (dataset === undefined) return look(desk);
  const rows = world.ids('record', ({ dataset_id }) => dataset_id === dataset).length;
  const id = `exp_${random.hex(18)}`;
  const row = {
    id,
    organization_id: seat.tenant,
    dataset_id: dataset,
    requested_by: seat.person?.id ?? null,
    name: `${String(world.row('dataset', dataset)['name'])}.csv`,
    format: 'csv',
    rows,
    bytes: rows * 120,
  };
  desk.request('POST /datasets/:id/exports', reasonOf(desk))('export.created', world.create('export', row));
  desk.later(0.4, (then) => then.request('GET /exports/:id/content')('export.downloaded', world.look('export', id)));
}
