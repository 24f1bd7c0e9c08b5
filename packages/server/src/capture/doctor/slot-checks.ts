// The source as the trail knows it: whether it is set up, stopped, has a gap, and how near its slot is to being lost.

import type pg from 'pg';
import { checkContinuity } from '../replication/continuity.ts';
import { settingRemedy } from '../source/provider-remedies.ts';
import type { Provider } from '../source/provider.ts';
import { wasRemoved } from '../setup/remove.ts';
import type { SourceIdentity } from '../replication/replication.ts';
import type { SlotState } from '../slot/slot-state.ts';
import { type Check, failed, fine, warning } from '../source/source-checks.ts';
import { loadAcknowledged, loadRecord } from '../source/source-record.ts';
import { resumeCommand, setupCommand } from './commands.ts';

const SLOT_LAG_BYTES_WARN = 1024 * 1024 * 1024;
/** Of what the slot may hold back. */
const SLOT_USED_WARN = 0.5;
const SLOT_USED_FAILED = 0.8;

const WITHOUT = '"indelible capture resume" without --accept-gap';

/** @param identity who the source is; without it the slot alone is looked at */
export async function slotChecks(
  source: pg.ClientBase,
  name: string,
  appender: pg.Pool,
  provider: Provider,
  identity: SourceIdentity | undefined,
): Promise<Check[]> {
  const record = await loadRecord(appender, name);
  if (record === undefined) return [failed('source', `the trail does not know a source ${name}`, 'set it up', [setupCommand(name)])];
  if (wasRemoved(record))
    return [failed('source', record.stoppedReason ?? 'the source was removed', 'set it up again', [setupCommand(name)])];
  if (record.stoppedReason !== undefined)
    return [failed('gap', record.stoppedReason, `${WITHOUT} tells what is lost; with it capture goes on`, [resumeCommand(name)])];
  const health = await checkContinuity(source, record, identity, () => loadAcknowledged(appender, record.sourceId));
  if (health.gap !== undefined)
    return [
      failed(
        'gap',
        health.gap.detail,
        `start the server: it puts the gap on record; then ${WITHOUT} tells what is lost, and with it capture goes on`,
        [resumeCommand(name)],
      ),
    ];
  const unknown = record.counters['tenantUnknown'] ?? 0;
  const told = `${unknown} changes so far went to the tenant "default"`;
  return [
    roomCheck(record.slot, health.slot ?? { lagBytes: 0, used: undefined }, provider, await keepLimit(source)),
    ...(unknown === 0 ? [] : [warning('tenant', told, 'see the tables above that do not lead to a tenant')]),
  ];
}

/** How near the slot is to being lost. @param keepBytes what it may hold back (max_slot_wal_keep_size) */
export function roomCheck(
  name: string,
  { lagBytes, used }: Pick<SlotState, 'lagBytes' | 'used'>,
  provider: Provider,
  keepBytes: number,
): Check {
  const held = `the slot ${name} holds back ${lagBytes} bytes of log`;
  const found = used === undefined ? held : `${held}, ${Math.round(used * 100)} % of what it may (max_slot_wal_keep_size)`;
  if (used !== undefined && used >= SLOT_USED_WARN) {
    const { remedy, statements } = settingRemedy(provider, 'max_slot_wal_keep_size', 2 * keepBytes);
    const words = `see that the server runs and its database keeps up; until it does, raise the limit: ${remedy}`;
    return used >= SLOT_USED_FAILED ? failed('slot', found, words, statements) : warning('slot', found, words, statements);
  }
  return lagBytes > SLOT_LAG_BYTES_WARN
    ? warning('slot', found, 'see that the server runs and its database keeps up')
    : fine('slot', found);
}

async function keepLimit(source: pg.ClientBase): Promise<number> {
  const answer = await source.query<{ bytes: number }>(
    `select pg_size_bytes(setting || unit)::float8 as bytes from pg_settings where name = 'max_slot_wal_keep_size'`,
  );
  return answer.rows[0]?.bytes ?? 0;
}
