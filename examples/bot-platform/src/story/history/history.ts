// The history: thirty days of the company up to the day before yesterday, as events with their own times.

import { createAgenda } from '../agenda.ts';
import { AT_FIRST } from '../company-rows.ts';
import { type Note, type Office, sitDown } from '../desk.ts';
import { eventId, HISTORY, type StoryEvent, type Values } from '../event.ts';
import { KINDS } from '../kinds.ts';
import { createRandom } from '../random.ts';
import { createWorld, type World } from '../world.ts';
import { planMachines, PLATFORM } from './machines.ts';
import { planScenes } from './scenes.ts';
import { planShifts } from './shifts.ts';
import { FIRST_DAYS_AGO } from './when.ts';

const DAY_MS = 86_400_000;
/** Before the first shift of the first day begins anywhere. */
const BEFORE_DAWN_MS = 30 * 60_000;

export interface History {
  /** By tenant, in the order of time. */
  readonly events: ReadonlyMap<string, readonly StoryEvent[]>;
  /** The rows of the platform as the history leaves them, by type. */
  readonly rows: ReturnType<World['rows']>;
}

/**
 * The same events for the same seed and the same day; of another day, the same number of them.
 *
 * @param today days since 1970, in UTC: the day of the first start
 */
export function tellHistory(seed: number, today: number): History {
  const agenda = createAgenda();
  const world = createWorld(KINDS, agenda.now);
  const notes: Note[] = [];
  const office: Office = { agenda, world, note: (note) => notes.push(note) };
  agenda.at(firstInstantOf(today), () => observe(office, seed, firstInstantOf(today)));
  planShifts(office, seed, today);
  planMachines(office, seed, today);
  planScenes(office, seed, today);
  agenda.run();
  const events = new Map<string, StoryEvent[]>();
  for (const note of notes.toSorted((one, other) => one.ms - other.ms)) {
    const told = events.get(note.tenant) ?? [];
    events.set(note.tenant, told);
    told.push(eventOf(note, eventId(seed, note.tenant, told.length)));
  }
  return { events, rows: world.rows() };
}

/** When the first event of the history of a day occurred: milliseconds since 1970. */
export function firstInstantOf(today: number): number {
  return (today - FIRST_DAYS_AGO) * DAY_MS - BEFORE_DAWN_MS;
}

/** The way back: of which day a history is whose first event is known. */
export function dayOfFirst(occurredAt: string): number {
  return Math.round((Date.parse(occurredAt) + BEFORE_DAWN_MS) / DAY_MS) + FIRST_DAYS_AGO;
}

/** What is there already when the trail begins is seen once, so that every row has a state from then on. */
function observe(office: Office, seed: number, ms: number): void {
  const { world } = office;
  const requests = new Map<string, ReturnType<ReturnType<typeof sitDown>['request']>>();
  for (const [type, row] of AT_FIRST) world.place(type, row);
  for (const [type, row] of AT_FIRST) {
    const tenant = tenantOf(world, type, row);
    const request =
      requests.get(tenant) ??
      sitDown(office, ms, { tenant, actor: PLATFORM, context: {} }, createRandom(`${seed}/first/${tenant}`)).request('import');
    requests.set(tenant, request);
    const id = (KINDS[type]?.key ?? ['id']).map((column) => String(row[column])).join(',');
    request(`${type}.observed`, { ...world.look(type, id), change: { after: row } });
  }
}

/** Through what a row belongs to an organisation: its own column, or that of the row it refers to. */
function tenantOf(world: World, type: string, row: Values): string {
  if (type === 'organization') return String(row['id']);
  if (typeof row['organization_id'] === 'string') return row['organization_id'];
  for (const [column, parent] of Object.entries(KINDS[type]?.refers ?? {})) {
    const id = row[column];
    if (typeof id === 'string') return tenantOf(world, parent, world.row(parent, id));
  }
  throw new Error(`nobody owns the ${type} of ${JSON.stringify(row)}`);
}

function eventOf({ ms, tenant: _, ...note }: Note, id: string): StoryEvent {
  return { id, occurredAt: new Date(ms).toISOString(), source: { name: HISTORY }, ...note };
}
