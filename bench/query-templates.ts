// What the events of a trail to ask questions of say: prepared once as the server prepares them, and written many times, each
// time with an id, a time, a place and a ticket of its own. What they say is what queries find; their leaves prove nothing.

import { acceptEvent, makeNewId, makeRedaction } from '@indelible/core';
import { columnsOf, relatedOf } from '@indelible/server/dist/store/projection.js';
import { prepare } from '@indelible/server/dist/store/prepare.js';
import { sampleEvent } from './sample.ts';

/** What stands in a template where each event has its own. */
export const TIME = '2000-01-01T00:00:00.000Z';
export const TICKET = '00000000';
export const BUSY_ID = 'busy_00';

export const COMMON_EVENTS = 20_000;
/** Events of a resource that has a long history. */
export const BUSY_EVENTS = 1_000;
/** One resource with a long history is captured from a database, the next one is sent by an application, and so on. */
export const BUSY_KINDS = ['captured', 'sent'] as const;
export const CAPTURED_SOURCE = 'app-db';

/** Of the events, those that change a field which the others leave alone. */
const CHANGE_EVERY = 50;
const RARE_CHANGE_EVERY = 5_000;
/** So many that about half of the blocks of 256 events hold the word. */
const WORD_EVERY = 370;
const MAC_KEY = Buffer.alloc(32, 1);

/** A row of event without its place, its times and its id; bytes as hex. */
export interface Template {
  readonly n: number;
  readonly related: readonly { readonly type: string; readonly id: string }[];
  readonly leaf_hash: string;
  readonly salts: string;
  readonly disclosures: string;
  readonly [column: string]: unknown;
}

/** Numbers of templates by what they are about. */
export const FIRST = { common: 0, busy: 100_000, gap: 200_000, resumed: 200_001, daily: 200_002 } as const;

export function* makeTemplates(): Generator<Template> {
  for (let index = 0; index < COMMON_EVENTS; index++) yield template(FIRST.common + index, commonEvent(index), 'api');
  for (const [kind, name] of BUSY_KINDS.entries())
    for (let index = 0; index < BUSY_EVENTS; index++)
      yield template(FIRST.busy + kind * BUSY_EVENTS + index, busyEvent(index, name), name === 'captured' ? 'postgres' : 'api');
  const about = { actor: { type: 'system' }, resource: { type: 'capture_source', id: CAPTURED_SOURCE }, occurredAt: TIME };
  yield template(FIRST.gap, { ...about, action: 'capture.gap', metadata: { reason: 'slot_lost', detail: 'the slot was gone' } }, 'self');
  yield template(FIRST.resumed, { ...about, action: 'capture.started', metadata: { reason: 'resumed_after_gap' } }, 'self');
  yield template(FIRST.daily, { ...about, action: 'capture.coverage', tags: ['daily'], metadata: { tables: 12 } }, 'self');
}

function template(n: number, input: object, sourceKind: 'api' | 'postgres' | 'self'): Template {
  const nowMs = Date.now();
  const attribution = sourceKind === 'api' ? 'asserted' : 'verified';
  const event = acceptEvent(input, { nowMs, redaction: makeRedaction(), newId: makeNewId(), sourceKind, attribution });
  const { leafHash, salts, disclosures } = prepare(event, nowMs, MAC_KEY);
  const bytes = { leaf_hash: Buffer.from(leafHash, 'base64').toString('hex'), salts: salts.toString('hex') };
  return { n, ...columnsOf(event), ...bytes, disclosures, related: relatedOf(event) };
}

interface Sample {
  readonly id: string;
  readonly change: { readonly before: object; readonly after: object };
  readonly context: object;
}

function commonEvent(index: number): object {
  const { id: _, ...sample } = sampleEvent(index, undefined, TIME) as Sample;
  const reason = `ticket ${TICKET}${index % WORD_EVERY === 0 ? ', the quarterly review' : ''}`;
  const changed = {
    ...(index % CHANGE_EVERY === 0 ? { visibility: 'public' } : {}),
    ...(index % RARE_CHANGE_EVERY === 0 ? { owner: { team: 'night' } } : {}),
  };
  return {
    ...sample,
    context: { ...sample.context, reason },
    change: { before: sample.change.before, after: { ...sample.change.after, ...changed } },
  };
}

/** A bot that is made once and changed again and again; some of its columns never. */
function busyEvent(index: number, kind: (typeof BUSY_KINDS)[number]): object {
  const user = (index * 7_919) % 2_000;
  const after = stateAfter(index);
  return {
    occurredAt: TIME,
    action: index === 0 ? 'bot.created' : 'bot.updated',
    actor: { type: 'user', id: `usr_${user}`, name: `Ada Lovelace ${user}`, email: `ada.${user}@example.com` },
    resource: { type: 'bot', id: BUSY_ID, name: after['name'] },
    change: index === 0 ? { after } : { before: stateAfter(index - 1), after },
    ...(kind === 'captured' ? { source: { name: CAPTURED_SOURCE } } : {}),
  };
}

function stateAfter(index: number): { readonly [field: string]: unknown } {
  return {
    id: BUSY_ID,
    name: `Busy assistant ${Math.floor(index / 200)}`,
    model: `large-${index % 3}`,
    temperature: (index % 10) / 10,
    status: index % 40 === 39 ? 'paused' : 'active',
    visibility: 'private',
    maxTokens: 1_024 + index,
    instructions: `Answer in the language of the question, and name the source. Revision ${Math.floor(index / 7)}.`,
    config: { limits: { daily: 100 + Math.floor(index / 13), hourly: 10 }, tools: ['search', 'tickets'] },
    createdBy: 'usr_1',
    createdAt: '2019-01-01T00:00:00.000Z',
  };
}
