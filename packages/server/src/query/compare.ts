// The difference of a resource between two instants, and the JSON Patch that leads from the one to the other.

import { compareStates, type Doubt, Failure, type Standing, type StateComparison } from '@indelible/core';
import type pg from 'pg';
import { QUERY_MS_MAX } from '../limits.ts';
import { asTenant } from '../store/as-tenant.ts';
import type { ResourceName } from '../store/read-resource.ts';
import { plansOf } from './part.ts';
import type { ReadScope } from './present.ts';
import { answerOf, type Known, readKnown, type StateAnswer, type StateReader } from './state.ts';
import { checkSubject, instantOfText } from './state-subject.ts';

/** One of the two. */
export interface ComparedState {
  readonly at: string;
  readonly standing: Standing;
  readonly doubts: readonly Doubt[];
  readonly last?: StateAnswer['last'];
  readonly knownSince?: string;
  readonly partial?: true;
  readonly searchedBackTo?: string;
}

export interface CompareAnswer extends StateComparison {
  readonly resource: StateAnswer['resource'];
  readonly from: ComparedState;
  readonly to: ComparedState;
}

export interface CompareRequest {
  /** RFC 3339, or times of the query language; `to` is now by default. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly zone?: string | undefined;
  readonly nowMs?: number | undefined;
}

/**
 * What differs between two instants; `from` may be the later one, and the patch leads back then.
 *
 * @throws Failure `not_found` when no event at all is about the resource
 * @throws Failure `parameter_invalid`, `query_timeout`, `store_unavailable`
 */
export async function compareResource(
  ask: StateReader,
  scope: ReadScope,
  subject: ResourceName,
  { from, to, zone, nowMs = Date.now() }: CompareRequest,
): Promise<CompareAnswer> {
  const { type, id } = checkSubject(subject);
  if (from === undefined)
    throw new Failure('parameter_invalid', 'from: expected a time, such as 2026-11-01T10:00:00Z or -7d, got nothing', { pointer: 'from' });
  const instants = [instantOfText('from', from, nowMs, zone), instantOfText('to', to, nowMs, zone)] as const;
  const read = (tx: pg.ClientBase, untilMs: number): Promise<Known> => readKnown(tx, ask, scope, { type, id }, { untilMs, need: 'blame' });
  const known = await asTenant(
    ask.reader,
    scope.tenantId,
    QUERY_MS_MAX,
    async (tx) => [await read(tx, instants[0]), await read(tx, instants[1])] as const,
    plansOf(scope),
  );
  const [was, becomes] = await Promise.all([
    answerOf(ask, scope, known[0], { type, id }, instants[0]),
    answerOf(ask, scope, known[1], { type, id }, instants[1]),
  ]);
  return {
    resource: instants[0] > instants[1] ? was.resource : becomes.resource,
    from: headOf(was),
    to: headOf(becomes),
    ...compareStates(was, becomes),
  };
}

function headOf({ resource: _resource, values: _values, fields: _fields, ...head }: StateAnswer): ComparedState {
  return head;
}
