// Freezing a question: relative times become absolute ones and a last place in the log is named, so that it means the same
// events whenever it is asked, however many are recorded meanwhile.

import { checkZone, type Node, parse, print, type Query, resolveTime, type Term } from '@indelible/core';
import { spanOf } from '../stats/request.ts';

export interface ExportQuestion {
  /** In the query language; every event by default. */
  readonly q?: string | undefined;
  /** Times as `at:` takes them, beside what the query says; `to` is excluded. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly zone?: string | undefined;
}

export interface Frozen {
  /** What was asked, in its canonical form; times are as they were written. */
  readonly asked: string;
  readonly zone: string;
  /** With absolute times, without a last place. */
  readonly timed: string;
  /** The whole of it. */
  readonly query: string;
}

/** What can be written of times: the years 1 to 9999. */
const FIRST_MS = Date.parse('0001-01-01T00:00:00.000Z');
const LAST_MS = Date.parse('9999-12-31T23:59:59.999Z');

/**
 * @param upToSeq the last sequence number that is meant
 * @throws Failure `query_invalid`, `parameter_invalid`
 * @example freeze({ q: 'actor:maria at:-24h' }, Date.parse('2026-11-02T12:00Z'), 99).query // 'actor:maria at:>=2026-11-01T12:00:00Z seq:<=99'
 */
export function freeze(question: ExportQuestion, nowMs: number, upToSeq: number): Frozen {
  const zone = checkZone(question.zone ?? 'UTC');
  const query = parse(question.q ?? '');
  const clock = { nowMs, zone };
  const { fromMs, toMs } = spanOf({ from: question.from, to: question.to }, clock);
  const beside: Node[] = Number.isFinite(fromMs) || Number.isFinite(toMs) ? [timeNode({ fromMs, toMs }, false)] : [];
  const timed: Query = { terms: [...query.terms.map((node) => absolute(node, clock)), ...beside] };
  const last: Term = { kind: 'field', field: 'seq', negated: false, match: { kind: 'range', to: { value: upToSeq, inclusive: true } } };
  const frozen = print({ terms: [...timed.terms, last] });
  // It is read again by whoever works on it: what became too long is refused here.
  parse(frozen);
  return { asked: print(query), zone, timed: print(timed), query: frozen };
}

function absolute(node: Node, clock: { readonly nowMs: number; readonly zone: string }): Node {
  switch (node.kind) {
    case 'text':
      return node;
    case 'any':
    case 'all':
      return { ...node, terms: node.terms.map((term) => absolute(term, clock)) };
    case 'field': {
      if (node.match.kind !== 'time') return node;
      const { fromMs = Number.NEGATIVE_INFINITY, toMs = Number.POSITIVE_INFINITY } = resolveTime(node.match, clock.nowMs, clock.zone);
      return timeNode({ fromMs, toMs }, node.negated);
    }
  }
}

/** A time in milliseconds since 1970, `toMs` excluded, as a term. */
function timeNode({ fromMs, toMs }: { readonly fromMs: number; readonly toMs: number }, negated: boolean): Term {
  const [first, last] = [Math.max(fromMs, FIRST_MS), Math.min(toMs - 1, LAST_MS)];
  // No event has a place below 0: what begins after its end is no time at all.
  if (first > last)
    return { kind: 'field', field: 'seq', negated: !negated, match: { kind: 'range', from: { value: 0, inclusive: true } } };
  const instant = (ms: number) => ({ value: { kind: 'instant', ms }, inclusive: true }) as const;
  const isOpen = toMs > LAST_MS;
  const match = isOpen
    ? ({ kind: 'time', from: instant(first) } as const)
    : { kind: 'time' as const, from: instant(first), to: instant(last) };
  if (fromMs <= FIRST_MS && !isOpen) return { kind: 'field', field: 'at', negated, match: { kind: 'time', to: instant(last) } };
  return { kind: 'field', field: 'at', negated, match };
}
