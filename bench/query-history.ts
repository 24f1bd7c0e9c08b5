// query-history, query-state, query-blame: what became of a resource that 1,000 events in 84 months are about. Half of these
// resources are captured from a database, whose capture had holes; the others were sent by an application, so that their
// states are put together from the first event on.

import { makeGaps } from '@indelible/server/dist/query/gaps.js';
import { resourceHistory } from '@indelible/server/dist/query/history.js';
import { readResourcePage } from '@indelible/server/dist/query/history-resource.js';
import { resourceState, type StateReader } from '@indelible/server/dist/query/state.js';
import { makeTruncations } from '@indelible/server/dist/query/truncations.js';
import { benchOf } from './query-page.ts';
import type { Asked } from './query-measure.ts';
import { BUSY_KINDS } from './query-templates.ts';
import type { QueryTrail } from './query-trail.ts';
import { BUSY_RESOURCES } from './query-trail-build.ts';

const DAYS = 83 * 30;
const DAY_MS = 86_400_000;
const PAGES = 4;

interface Resource {
  readonly type: string;
  readonly id: string;
}

/** A resource with a long history, of one kind. */
function resourceOf(kind: number, random: () => number): Resource {
  const which = Math.floor((random() * BUSY_RESOURCES) / BUSY_KINDS.length) * BUSY_KINDS.length + kind;
  return { type: 'bot', id: `busy_${String(which).padStart(2, '0')}` };
}

type Look = (ask: StateReader, trail: QueryTrail, resource: Resource, random: () => number) => Promise<void>;

/** The first page of a history, or one of the pages behind it. */
function makeLookAtHistory(): Look {
  const cursors = new Map<string, string>();
  return async ({ reader }, { log }, { type, id }, random) => {
    const page = Math.floor(random() * PAGES);
    const cursor = cursors.get(`${id}/${page}`);
    const { events, next } = await resourceHistory(reader, log, { type, id }, { cursor });
    if (events.length !== 50 || next === undefined) throw new Error(`${id} has no long history`);
    cursors.set(`${id}/${cursor === undefined ? 1 : page + 1}`, next);
  };
}

/** What GET /v1/resources/{type}/{id} answers: the first page of the history, its versions, and the state now. */
const lookAtResource: Look = async (ask, { log, nowMs }, resource) => {
  const { events, state } = await readResourcePage(ask, log, resource, {}, nowMs);
  if (events.length !== 50 || state?.standing !== 'present') throw new Error(`${resource.id} has no long history`);
};

/** The state at some instant, and who had set what by then. */
const lookAtState: Look = async (ask, { log, nowMs }, resource, random) => {
  const at = new Date(nowMs - random() * DAYS * DAY_MS).toISOString();
  const { standing, partial } = await resourceState(ask, log, resource, { at, nowMs });
  if (standing !== 'present' || partial === true) throw new Error(`${resource.id} is ${standing} at ${at}`);
};

/** Who set each field as it is now: some were set by the very first event. */
const lookAtBlame: Look = async (ask, { log, nowMs }, resource) => {
  const { fields } = await resourceState(ask, log, resource, { nowMs });
  if (fields.length < 10 || fields.some(({ setBy }) => setBy === undefined)) throw new Error(`${resource.id} was set by nobody`);
};

function kinds(bench: string, goalMs: number, makeLook: () => Look): Asked[] {
  return BUSY_KINDS.map((name, kind) => ({
    bench: `${bench}-${name}`,
    goalMs,
    on: ({ reader }, trail) => {
      const ask = { reader, gaps: makeGaps(reader, trail.tenants), truncations: makeTruncations() };
      const look = makeLook();
      return (random) => look(ask, trail, resourceOf(kind, random), random);
    },
  }));
}

export const HISTORIES = kinds('query-history', 20, makeLookAtHistory);
export const STATES = kinds('query-state', 30, () => lookAtState);
export const BLAMES = kinds('query-blame', 30, () => lookAtBlame);

/** Both at once, for people: it has no goal of its own. */
const RESOURCES = kinds('query-resource', 20 + 30, () => lookAtResource);

export const queryHistory = benchOf('query-history', HISTORIES, RESOURCES);
export const queryState = benchOf('query-state', STATES);
export const queryBlame = benchOf('query-blame', BLAMES);
