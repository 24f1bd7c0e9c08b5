// Saved views: keeping, changing and deleting them. What is shared is a setting of the tenant, so its changes are on record, each
// in the transaction of the change.

import { checkZone, Failure, parse } from '@indelible/core';
import type pg from 'pg';
import { SAVED_VIEW_NAME_CHARS_MAX, SAVED_VIEWS_MAX, SAVED_VIEW_RANGE_CHARS_MAX } from '../limits.ts';
import { inTransaction } from '../store/pool.ts';
import { countViews, deleteView, insertView, lockView, type SavedView, updateView, type ViewContent } from '../store/saved-views.ts';
import { recordIn } from '../store/self.ts';
import type { By } from './actor.ts';
import { demand } from './permissions.ts';
import type { Principal } from './principal.ts';

export interface ViewsContext {
  /** The owner's pool. */
  readonly owner: pg.Pool;
  readonly by: By;
  readonly principal: Principal;
  readonly tenant: string;
}

/** A view to be saved; what is left out is empty, and it is private. */
export type NewView = Pick<ViewContent, 'name' | 'query'> & Partial<ViewContent>;

/** @throws Failure `forbidden` to share without the right; `parameter_invalid`, `query_invalid` */
export async function saveView(ctx: ViewsContext, { range = '', zone = '', shared = false, name, query }: NewView): Promise<SavedView> {
  const content = checked({ name, query, range, zone, shared });
  if (shared) demand(ctx.principal, 'views.share');
  const { tenant, principal } = ctx;
  return inTransaction(ctx.owner, async (tx) => {
    if ((await countViews(tx, tenant, principal.id)) >= SAVED_VIEWS_MAX)
      throw new Failure('parameter_invalid', `you keep ${SAVED_VIEWS_MAX} views here, which is as many as there may be: delete one first`);
    const view = await insertView(tx, { ...content, tenant, person: principal.id });
    await record(tx, ctx, undefined, view);
    return view;
  });
}

/**
 * Changes what is given of a view.
 *
 * @throws Failure `not_found` when there is none that whoever asks sees; `forbidden`, `parameter_invalid`, `query_invalid`
 */
export async function changeView(ctx: ViewsContext, id: string, change: Partial<ViewContent>): Promise<SavedView> {
  return inTransaction(ctx.owner, async (tx) => {
    const before = await seenView(tx, ctx, id);
    const content = checked({ ...before, ...change });
    if (before.shared || content.shared) demand(ctx.principal, 'views.share');
    // It would be gone for whoever asks, and come back to somebody who did not.
    if (!content.shared && before.person !== ctx.principal.id)
      throw new Failure('forbidden', 'only who saved this view makes it private again; you may delete it');
    const after = await updateView(tx, id, content);
    await record(tx, ctx, before, after);
    return after;
  });
}

/** @throws Failure `not_found`, `forbidden` */
export async function removeView(ctx: ViewsContext, id: string): Promise<void> {
  await inTransaction(ctx.owner, async (tx) => {
    const before = await seenView(tx, ctx, id);
    if (before.shared) demand(ctx.principal, 'views.share');
    await deleteView(tx, id);
    await record(tx, ctx, before, undefined);
  });
}

async function seenView(tx: pg.ClientBase, { principal, tenant }: ViewsContext, id: string): Promise<SavedView> {
  const view = await lockView(tx, tenant, principal.id, id);
  // What is shared tells of what others ask for, also beyond the part that somebody sees.
  if (view === undefined || (principal.within !== undefined && view.person !== principal.id))
    throw new Failure('not_found', 'there is no saved view with this id');
  return view;
}

function checked(content: ViewContent): ViewContent {
  const { name, query, range, zone } = content;
  if (name.trim() === '' || name.length > SAVED_VIEW_NAME_CHARS_MAX || /\p{Cc}/u.test(name))
    throw invalid('name', `expected 1 to ${SAVED_VIEW_NAME_CHARS_MAX} characters without control characters`);
  if (/\p{Cc}/u.test(query)) throw invalid('query', 'expected no control characters');
  parse(query);
  if (range !== '' && range !== 'all') checkRange(range);
  if (zone !== '' && zone !== 'local') checkZone(zone);
  return content;
}

/** A range is what may stand after `at:` in a query, and nothing more. */
function checkRange(range: string): void {
  const fault = invalid('range', 'expected times as after at: in a query, such as -24h or 2026-11-01..2026-11-05, or all');
  if (range.length > SAVED_VIEW_RANGE_CHARS_MAX || !/^[\w:.+<>=-]+$/.test(range)) throw fault;
  const [term, ...more] = parse(`at:${range}`).terms;
  if (more.length > 0 || term?.kind !== 'field' || term.match.kind !== 'time') throw fault;
}

function invalid(pointer: string, message: string): Failure {
  return new Failure('parameter_invalid', `${pointer}: ${message}`, { pointer });
}

/** What nobody else sees is nobody else's business. */
async function record(
  tx: pg.ClientBase,
  { by, tenant }: ViewsContext,
  before: SavedView | undefined,
  after: SavedView | undefined,
): Promise<void> {
  const [was, is] = [before?.shared === true ? before : undefined, after?.shared === true ? after : undefined];
  const view = is ?? was;
  if (view === undefined) return;
  await recordIn(tx, tenant, {
    action: was === undefined ? 'saved_view.shared' : is === undefined ? 'saved_view.withdrawn' : 'saved_view.updated',
    category: 'administration',
    ...by,
    resource: { type: 'saved_view', id: view.id, name: view.name },
    change: { ...(was === undefined ? {} : { before: shown(was) }), ...(is === undefined ? {} : { after: shown(is) }) },
  });
}

function shown({ name, query, range, zone, person }: SavedView): Readonly<Record<string, string>> {
  return { name, query, range, zone, person };
}

/** A view as it is shown. */
export interface PresentedView {
  readonly id: string;
  readonly name: string;
  readonly query: string;
  readonly range?: string;
  readonly zone?: string;
  readonly shared: boolean;
  /** Whoever asks saved it. */
  readonly own: boolean;
  /** Who saved it; without a name when they have no account any more. */
  readonly savedBy: { readonly id: string; readonly name?: string };
  /** RFC 3339. */
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** @param names of people, by their ids */
export function presentView(view: SavedView, { id: asker }: Principal, names: ReadonlyMap<string, string>): PresentedView {
  const { id, name, query, range, zone, shared, person, createdAt, updatedAt } = view;
  const by = names.get(person);
  return {
    id,
    name,
    query,
    ...(range === '' ? {} : { range }),
    ...(zone === '' ? {} : { zone }),
    shared,
    own: person === asker,
    savedBy: { id: person, ...(by === undefined ? {} : { name: by }) },
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}
