// Work on bots, on what they are told, and on what they are connected to.

import { CHANNELS, INSTRUCTIONS, MODELS, TONES, TRIALS } from '../story/words.ts';
import { type Act, another, isMadeLater, reason, type Row, rowsAt } from './act.ts';

const TRIALS_MAX = 3;

export const look: Act = async (person, random) => {
  const bot = random.one(await rowsAt(person, '/bots'));
  return bot === undefined ? person.ask('GET', '/organization') : person.ask('GET', `/bots/${bot.id}`);
};

/** A bot is set otherwise: how freely it speaks, in which tone, or whether at all; seldom another model. */
export const tune: Act = async (person, random) => {
  // The Support bot has a story of its own.
  const bot = random.one((await rowsAt(person, '/bots')).filter(({ id, status }) => status !== 'draft' && id !== 'bot_support'));
  if (bot === undefined) return tryBot(person, random);
  const config = bot['config'] as { temperature?: number; maxTokens?: number };
  const first = String(bot['backstory']).split('. ')[0]?.replace(/\.$/, '') ?? '';
  const temperature = another([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8], config.temperature, random);
  const body = random.pick<object>([
    { config: { ...config, temperature } },
    { config: { ...config, temperature } },
    { backstory: `${first}. ${another(TONES, String(bot['backstory']).slice(first.length + 2), random) ?? ''}` },
    { status: bot['status'] === 'live' ? 'paused' : 'live' },
    random.chance(0.5) ? { model: another(MODELS, bot['model'], random) } : { config: { ...config, temperature } },
  ]);
  return person.ask('PATCH', `/bots/${bot.id}`, { body, reason: reason(random) });
};

export const teach: Act = async (person, random) => {
  const skillset = random.one(await rowsAt(person, '/skillsets'));
  const ability = skillset && random.one(await rowsAt(person, `/skillsets/${skillset.id}/abilities`));
  if (ability === undefined) return look(person, random);
  const instruction = another(INSTRUCTIONS, ability['instruction'], random);
  return person.ask('PATCH', `/abilities/${ability.id}`, { body: { instruction }, reason: reason(random) });
};

/** A bot is tried out, and given up the next time. */
export const tryBot: Act = async (person, random) => {
  const trials = (await rowsAt(person, '/bots')).filter((bot) => bot['status'] === 'draft' && isMadeLater(bot));
  const given = random.one(trials);
  if (given !== undefined && (trials.length >= TRIALS_MAX || random.chance(0.5)))
    return person.ask('DELETE', `/bots/${given.id}`, { reason: reason(random) });
  const name = `Trial: ${random.pick<string>(TRIALS)}`;
  const body = { name, model: random.pick(['small-1', 'medium-2']), backstory: 'You are being tried out.', config: { temperature: 0.5 } };
  return person.ask('POST', '/bots', { body });
};

async function integrationsOf(person: Parameters<Act>[0], random: Parameters<Act>[1]): Promise<readonly Row[]> {
  const bots = (await rowsAt(person, '/bots')).filter((bot) => !isMadeLater(bot));
  for (let tries = 4; tries > 0; tries--) {
    const bot = random.one(bots);
    const integrations = bot === undefined ? [] : await rowsAt(person, `/bots/${bot.id}/integrations`);
    if (integrations.length > 0) return integrations;
  }
  return [];
}

export const wire: Act = async (person, random) => {
  const integration = random.one(await integrationsOf(person, random));
  if (integration === undefined) return look(person, random);
  const config = integration['config'] as { channel?: string };
  const body =
    config.channel !== undefined && random.chance(0.6)
      ? { config: { ...config, channel: another(CHANNELS, config.channel, random) } }
      : { enabled: integration['enabled'] !== true };
  return person.ask('PATCH', `/integrations/${integration.id}`, { body, reason: reason(random) });
};

export const rotate: Act = async (person, random) => {
  const secret = random.one(await rowsAt(person, '/secrets'));
  if (secret === undefined) return look(person, random);
  return person.ask('PATCH', `/secrets/${secret.id}`, { body: { value: random.hex(24) }, reason: 'Rotation' });
};

const HEARD_OF = ['conversation.created', 'conversation.escalated', 'record.updated', 'bot.updated'] as const;

export const listen: Act = async (person, random) => {
  // That of the customer system has a story of its own.
  const webhook = random.one((await rowsAt(person, '/webhooks')).filter(({ id }) => id !== 'whk_crm'));
  if (webhook === undefined) return look(person, random);
  const events = webhook['events'] as readonly string[];
  const added = random.pick<string>(HEARD_OF);
  const changed = events.includes(added) && events.length > 1 ? events.filter((each) => each !== added) : [...new Set([...events, added])];
  if (changed.length === events.length) return look(person, random);
  return person.ask('PATCH', `/webhooks/${webhook.id}`, { body: { events: changed }, reason: reason(random) });
};
