// Somebody may see a part of a tenant alone: the events that a saved query asks for (ReadScope.within). Here is how that part
// is kept to, whatever is asked: joined to a query by AND, as a condition of a statement, or held against a single event.

import { matches, type Query } from '@indelible/core';
import type { Plans } from '../store/as-tenant.ts';
import type { Condition } from '../store/read-events.ts';
import { type Clock, compileNodes } from './compile.ts';
import type { PresentedEvent, ReadScope } from './present.ts';

/** What is asked, of the part that may be seen. The one place where the two meet. */
export function askedOf(scope: Pick<ReadScope, 'within'> | undefined, query: Query): Query {
  return scope?.within === undefined ? query : { ...query, terms: [...query.terms, ...scope.within.terms] };
}

/** A saved query has no times, so that its clock makes no difference. */
const CLOCK: Clock = { nowMs: 0, zone: 'UTC' };

/** The part as a condition on the alias `e` of the table event, for statements that are made of no query; undefined for everything. */
export function partOf({ within }: Pick<ReadScope, 'within'>): Condition | undefined {
  return within === undefined ? undefined : compileNodes(within.terms, CLOCK);
}

export function isSeen({ within }: Pick<ReadScope, 'within'>, event: Partial<PresentedEvent> & Pick<PresentedEvent, 'seq'>): boolean {
  return within === undefined || matches(within, event, { seq: event.seq, ...CLOCK });
}

/** What the transaction of a statement must be that is always the same, but for the part of the tenant that is seen. */
export function plansOf({ within }: Pick<ReadScope, 'within'>): Plans {
  return within === undefined ? 'kept' : 'ordered';
}
