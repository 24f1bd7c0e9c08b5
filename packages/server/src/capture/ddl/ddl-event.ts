// From a DDL command to an event: schema.<kind of object>.<what was done>, in the operator's log, because a schema belongs
// to no tenant. Pure.

import { ID_CHARS_MAX, type Json, type JsonObject, NAME_CHARS_MAX, type NewEvent, acceptEvent, classify } from '@indelible/core';
import type { DdlItem } from '../replication/assemble.ts';
import type { Attributed } from '../attribution/attribution.ts';
import { qualified } from '../source/catalog.ts';
import { type DdlMessage, readDdl } from './ddl-message.ts';
import { lsnText } from '../replication/lsn.ts';
import { CLOCK_AHEAD_TAG, type EventSettings, changeId, whenOf } from '../rows/row-event.ts';

/** Marks events that rest on a message which any role of the source could have sent. */
export const DDL_TAG = 'ddl:asserted';

const VERBS: Readonly<Record<string, string>> = {
  CREATE: 'created',
  SELECT: 'created',
  IMPORT: 'created',
  ALTER: 'altered',
  DROP: 'dropped',
  COMMENT: 'commented',
  GRANT: 'granted',
  REVOKE: 'revoked',
  SECURITY: 'labelled',
};
/** Kinds of objects whose id is schema.name, as captured rows name their table. */
const RELATIONS = new Set(['table', 'foreign_table', 'view', 'materialized_view', 'index', 'sequence', 'type']);
const REWRITE_REASONS: readonly (readonly [number, string])[] = [
  [1, 'persistence'],
  [2, 'default of a new column'],
  [4, 'type of a column'],
  [8, 'access method'],
];
const KIND_CHARS_MAX = 40;

/**
 * The event of one DDL message, or undefined when the message is unsound. The same message gives the same id however often it is read.
 *
 * @param attributed of the application's message in the same transaction, if it sent one
 */
export function ddlEvent(item: DdlItem, attributed: Attributed, settings: EventSettings): NewEvent | undefined {
  const message = readDdl(item.text);
  if (message === undefined) return undefined;
  const kind = kindOf(message);
  const action = `schema.${kind}.${verbOf(message)}`;
  const { begin, ordinal } = item;
  const commit = lsnText(begin.commitLsn);
  const { category, operation, severity, tags } = classify(action);
  const when = whenOf(begin, settings.nowMs);
  const event: NewEvent = {
    id: changeId(settings, commit, ordinal),
    idFromSender: false,
    action,
    category,
    operation,
    outcome: 'success',
    severity,
    occurredAt: when.occurredAt,
    actor: attributed.actor,
    resource: resourceOf(message, kind),
    ...(attributed.context === undefined ? {} : { context: attributed.context }),
    source: { kind: 'postgres', name: settings.name, position: `${commit}:${ordinal}`, transaction: String(begin.xid) },
    metadata: { ...attributed.metadata, ...when.metadata, ddl: factsOf(message) },
    ...(tags.length === 0 ? {} : { catalogueTags: tags }),
    tags: [DDL_TAG, ...(when.ahead ? [CLOCK_AHEAD_TAG] : [])],
  };
  return isStorable(event, settings) ? event : undefined;
}

/** By the rules for what comes from outside: depth, characters, lengths. */
function isStorable({ action, resource, metadata }: NewEvent, { nowMs, redaction }: EventSettings): boolean {
  try {
    acceptEvent(
      { action, actor: { type: 'unknown' }, ...(resource === undefined ? {} : { resource }), metadata: metadata ?? {} },
      { nowMs, redaction, newId: () => '', sourceKind: 'postgres', attribution: 'none' },
    );
    return true;
  } catch {
    return false;
  }
}

/** "table column" -> "table_column". What the tag says, when the message names no kind. */
function kindOf({ tag, type }: DdlMessage): string {
  const words = tag === 'ALTER DEFAULT PRIVILEGES' || type === undefined || type === null ? tag.split(' ').slice(1).join(' ') : type;
  const slug = words
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^_+|_+$/g, '')
    .slice(0, KIND_CHARS_MAX);
  return slug === '' ? 'object' : slug;
}

function verbOf({ event, tag }: DdlMessage): string {
  if (event === 'sql_drop') return 'dropped';
  // The values of rows may have changed by it, and no row change says so.
  if (event === 'table_rewrite') return 'rebuilt';
  return VERBS[tag.split(' ')[0] ?? ''] ?? 'changed';
}

function resourceOf({ schema, name, identity }: DdlMessage, kind: string): { type: string; id?: string; name?: string } {
  const bare = typeof name === 'string' && name !== '' ? name : undefined;
  const full =
    RELATIONS.has(kind) && bare !== undefined && typeof schema === 'string' ? qualified({ schema, name: bare }) : (identity ?? bare ?? '');
  return {
    type: kind,
    ...(full === '' ? {} : { id: full.slice(0, ID_CHARS_MAX).toWellFormed() }),
    ...(full === '' ? {} : { name: (bare ?? full).slice(0, NAME_CHARS_MAX).toWellFormed() }),
  };
}

function factsOf(message: DdlMessage): JsonObject {
  const { tag, schema, identity, statement, statementChars, role, sessionRole, application } = message;
  const facts: Record<string, Json | undefined> = {
    command: tag,
    schema: schema ?? undefined,
    identity: identity ?? undefined,
    statement: statement?.toWellFormed(),
    statementChars: message.cut === true ? (statementChars ?? undefined) : undefined,
    databaseRole: role ?? undefined,
    loginRole: sessionRole === role ? undefined : (sessionRole ?? undefined),
    application: application === '' ? undefined : (application ?? undefined),
    objects: (message.objects ?? 1) > 1 ? (message.objects ?? undefined) : undefined,
    cascaded: message.cascaded === true ? true : undefined,
    rebuiltFor: typeof message.reason === 'number' ? reasonsOf(message.reason) : undefined,
    covered: message.covered?.map(({ table, rowsBefore }) => ({ table, rowsBefore: rowsBefore === true })),
    uncovered: message.uncovered ?? undefined,
    lost: message.lost ?? undefined,
  };
  return Object.fromEntries(Object.entries(facts).filter((entry): entry is [string, Json] => entry[1] !== undefined));
}

function reasonsOf(bits: number): string[] {
  return REWRITE_REASONS.filter(([bit]) => (bits & bit) !== 0).map(([, reason]) => reason);
}
