// What is asked: the text of the query bar and the range of time together, as one query; and what links freeze of it.

import {
  type Node,
  parse,
  print,
  printNode,
  type Query,
  resolveTime,
  type Term,
  type TimeMatch,
  type TimeSpan,
} from '@indelible/core/query';

/** The range when an address names none, and the word for all of it. */
export const RANGE_DEFAULT = '-30d';
export const RANGE_ALL = 'all';

/** A range as a term of the query language; none for all time. @throws Failure `query_invalid` */
function rangeTerms(range: string): readonly Node[] {
  return range === RANGE_ALL ? [] : parse(`at:${range}`).terms;
}

/** Whether a text is a range: a time, or two with `..` between. */
export function isRange(range: string): boolean {
  try {
    const [term, ...more] = rangeTerms(range);
    return range === RANGE_ALL || (term?.kind === 'field' && term.field === 'at' && more.length === 0);
  } catch {
    return false;
  }
}

/**
 * The query with its range, as the API takes it.
 *
 * @throws Failure `query_invalid`
 * @example askedText('actor:maria OR actor:joe', '-24h') // '(actor:maria OR actor:joe) at:>=-24h'
 */
export function askedText(q: string, range: string): string {
  return print({ terms: [...parse(q).terms, ...rangeTerms(range)] });
}

/** From when to when a range is, at a given now; open ends are absent. */
export function spanOf(range: string, nowMs: number, zone: string): TimeSpan {
  const [term] = rangeTerms(range);
  return term?.kind === 'field' && term.match.kind === 'time' ? resolveTime(term.match, nowMs, zone) : {};
}

/** A range between two instants; the end is excluded. @example rangeOf(Date.UTC(2026, 10, 1), Date.UTC(2026, 10, 2)) */
export function rangeOf(fromMs: number, toMs: number): string {
  const text = (ms: number): string => new Date(ms).toISOString().replace('.000Z', 'Z');
  return `${text(fromMs)}..${text(Math.max(fromMs, toMs - 1))}`;
}

/** The same length of time, one window earlier (-1) or later (1); never beyond now. */
export function shiftedRange(span: Required<TimeSpan>, by: -1 | 1, nowMs: number): string {
  const length = span.toMs - span.fromMs;
  const toMs = Math.min(span.toMs + by * length, nowMs);
  return rangeOf(toMs - length, toMs);
}

/** Twice the time around the same middle; never beyond now. */
export function widerRange(span: Required<TimeSpan>, nowMs: number): string {
  const half = (span.toMs - span.fromMs) / 2;
  const toMs = Math.min(Math.round(span.toMs + half), Math.max(nowMs, span.toMs));
  return rangeOf(Math.round(span.fromMs - half), toMs);
}

/** What a permanent link says: relative times as instants, and nothing that is recorded later. */
export function frozen(
  q: string,
  range: string,
  { nowMs, zone, seq }: { nowMs: number; zone: string; seq: number | undefined },
): { q: string; range: string } {
  const query = parse(q);
  const terms = query.terms.map((node) => frozenNode(node, nowMs, zone));
  const bounds = seq === undefined || boundsSeq(query) ? [] : parse(`seq:<=${String(seq)}`).terms;
  const { fromMs, toMs = nowMs } = spanOf(range, nowMs, zone);
  return {
    q: print({ terms: [...terms, ...bounds] }),
    range: range === RANGE_ALL ? RANGE_ALL : fromMs === undefined ? `<${new Date(toMs).toISOString()}` : rangeOf(fromMs, toMs),
  };
}

/** Asks for a place in the log already: a link of a link. */
function boundsSeq({ terms }: Query): boolean {
  return terms.some(
    (node) => node.kind === 'field' && node.field === 'seq' && !node.negated && node.match.kind === 'range' && node.match.to !== undefined,
  );
}

function frozenNode(node: Node, nowMs: number, zone: string): Node {
  if (node.kind === 'any' || node.kind === 'all') return { ...node, terms: node.terms.map((inner) => frozenNode(inner, nowMs, zone)) };
  if (node.kind !== 'field' || node.match.kind !== 'time') return node;
  return { ...node, match: frozenMatch(node.match, nowMs, zone) } satisfies Term;
}

function frozenMatch(match: TimeMatch, nowMs: number, zone: string): TimeMatch {
  const { fromMs, toMs } = resolveTime(match, nowMs, zone);
  const at = (ms: number) => ({ value: { kind: 'instant', ms }, inclusive: true }) as const;
  if (fromMs !== undefined && toMs !== undefined) return { kind: 'time', from: at(fromMs), to: at(toMs - 1) };
  if (fromMs !== undefined) return { kind: 'time', from: at(fromMs) };
  return toMs === undefined ? match : { kind: 'time', to: at(toMs - 1) };
}

/** The terms of a query as texts, for those who drop one of them. */
export function termsOf(q: string): readonly { readonly text: string; readonly without: string }[] {
  const { terms } = parse(q);
  return terms.map((node, place) => ({ text: printNode(node), without: print({ terms: terms.filter((_, other) => other !== place) }) }));
}
