// A trail whose events come as the capture writes them, for tests of what became of a resource.

import { type Change, classify, diff, type JsonObject, makeNewId, type NewEvent } from '@indelible/core';
import { appendIn } from '../store/append.ts';
import { OPERATOR_TENANT } from '../store/log-row.ts';
import { inTransaction, openStore, type Store } from '../store/pool.ts';
import { makeTenants, type TenantLog, type Tenants } from '../store/tenants.ts';
import { type Gaps, makeGaps } from './gaps.ts';
import { openTestTrail, type TestTrail } from './trail.test.fixture.ts';

const newId = makeNewId();

export interface HistoryTrail {
  readonly trail: TestTrail;
  readonly gaps: Gaps;
  /** Appends events as recorded at a time; returns their ids. */
  append(tenant: string, events: readonly NewEvent[], recordedMs: number): Promise<string[]>;
  log(tenant: string): Promise<TenantLog>;
  /** Clears a section of an event, as the custodian does. */
  erase(id: string, section: string): Promise<void>;
  close(): Promise<void>;
}

export async function openHistoryTrail(from: Date): Promise<HistoryTrail> {
  const trail = await openTestTrail(from);
  const answer = await trail.owner.query<{ name: string }>('select current_database() as name');
  const url = new URL(process.env['INDELIBLE_TEST_DATABASE_URL'] ?? '');
  url.pathname = `/${answer.rows[0]?.name}`;
  const store: Store = openStore({ ownerUrl: url.href, readers: 1, appenders: 1, onError: () => undefined });
  const tenants: Tenants = makeTenants(store.appender);
  return {
    trail,
    gaps: makeGaps(trail.reader, tenants),
    append: async (tenant, events, recordedMs) => {
      const clock = Date.now;
      Date.now = () => recordedMs;
      try {
        const receipts = await inTransaction(store.appender, (tx) => appendIn(tx, tenant, events));
        return receipts.map(({ id }) => id);
      } finally {
        Date.now = clock;
      }
    },
    log: (tenant) => trail.log(tenant),
    erase: async (id, section) => {
      await trail.owner.query(
        `update indelible.event set disclosures = coalesce((select string_agg(line, e'\n' order by nr) from unnest(string_to_array(disclosures, e'\n'))
           with ordinality as l (line, nr) where line not like $2), '') where id = $1`,
        [id, `${section} %`],
      );
    },
    close: async () => {
      await store.close();
      await trail.close();
    },
  };
}

export interface Captured {
  readonly verb: 'created' | 'updated' | 'deleted' | 'observed' | 'truncated';
  readonly atMs: number;
  readonly id?: string;
  readonly before?: JsonObject;
  readonly after?: JsonObject;
  readonly actor?: string;
  readonly source?: string;
  readonly type?: string;
  /** In place of what before and after give. */
  readonly change?: Change;
}

/** An event of a row as the capture makes it. */
export function captured({ verb, atMs, id, before, after, actor = 'usr_1', source = 'shop', type = 'bot', change }: Captured): NewEvent {
  const action = `${type}.${verb}`;
  const { category, operation, severity } = classify(action);
  const made = { ...(before && { before }), ...(after && { after }), fields: diff(before, after) };
  return {
    id: newId(),
    idFromSender: false,
    action,
    category,
    operation,
    outcome: 'success',
    severity,
    occurredAt: new Date(atMs).toISOString(),
    actor: { type: 'user', id: actor, attribution: 'verified' },
    resource: { type, ...(id === undefined ? {} : { id, name: `The ${id}` }) },
    ...(change !== undefined ? { change } : before !== undefined || after !== undefined ? { change: made } : {}),
    source: { kind: 'postgres', name: source },
  };
}

/** What the capture writes to the operator's log about a source. */
export function aboutSource(action: string, atMs: number, metadata: JsonObject, more: Partial<NewEvent> = {}, source = 'shop'): NewEvent {
  const { category, operation, severity } = classify(action);
  return {
    id: newId(),
    idFromSender: false,
    action,
    category,
    operation,
    outcome: 'success',
    severity,
    occurredAt: new Date(atMs).toISOString(),
    actor: { type: 'system', attribution: 'verified' },
    resource: { type: 'capture_source', id: source },
    source: { kind: 'self', name: source },
    metadata,
    ...more,
  };
}

export const OPERATOR = OPERATOR_TENANT;
