// From a query to an SQL condition. Values travel as parameters, always; the text is made of constants and placeholders.
// An absent field is null there: null is not a match, and an excluded term holds for it.

import {
  type AddressMatch,
  type Bounds,
  type Match,
  type Query,
  type ResourceMatch,
  resolveTime,
  type Term,
  type TextMatch,
  textMatches,
} from '@indelible/core';
import { existsRelated, FIELD_SOURCES, type FieldSource, relatedTypePattern, seqOfId, type TextSource } from '../store/fields.ts';
import type { Condition, ConditionContext, SeqRange } from '../store/read-events.ts';
import { timestampText } from '../store/timestamp.ts';

export interface CompiledQuery {
  /** A condition on the alias `e` of the table event. */
  readonly condition: Condition;
  /** Sequence numbers outside of which nothing matches. */
  readonly seq: SeqRange;
  /** Milliseconds since 1970: what occurred earlier does not match. */
  readonly occurredFromMs: number;
}

/**
 * @param nowMs milliseconds since 1970, against which relative times are resolved
 * @example compile(parse('actor:maria -outcome:success'), Date.now())
 */
export function compile(query: Query, nowMs: number): CompiledQuery {
  return {
    condition: (context) => query.terms.map((term) => compileTerm(term, nowMs, context)).join(' and ') || 'true',
    seq: seqRange(query),
    occurredFromMs: occurredFrom(query, nowMs),
  };
}

function compileTerm(term: Term, nowMs: number, context: ConditionContext): string {
  const condition = compileMatch(FIELD_SOURCES[term.field], term.match, nowMs, context);
  return term.negated ? `((${condition}) is not true)` : `(${condition})`;
}

function compileMatch(source: FieldSource, match: Match, nowMs: number, context: ConditionContext): string {
  const { bind } = context;
  switch (match.kind) {
    case 'equals':
    case 'glob':
      if (source.kind === 'id' && match.kind === 'equals') return compileId(source.sql, match.value, context);
      if (source.kind === 'texts') return source.texts.map((text) => compileText(text, match, context)).join(' or ');
      break;
    case 'resource':
      if (source.kind === 'related') return compileRelated(match, context);
      if (source.kind === 'resource') return compileResource(source.type, source.id, match, context);
      break;
    case 'address':
      if (source.kind === 'address') return compileAddress(source.sql, match, context);
      break;
    case 'time':
      if (source.kind === 'time') {
        const { fromMs, toMs } = resolveTime(match, nowMs);
        const from = fromMs === undefined ? [] : [`${source.sql} >= ${bind(timestampText(fromMs))}`];
        return [...from, ...(toMs === undefined ? [] : [`${source.sql} < ${bind(timestampText(toMs))}`])].join(' and ');
      }
      break;
    case 'range':
      if (source.kind === 'integer') {
        const { from, to } = inclusive(match);
        const lower = from === undefined ? [] : [`${source.sql} >= ${bind(from)}`];
        return [...lower, ...(to === undefined ? [] : [`${source.sql} <= ${bind(to)}`])].join(' and ');
      }
  }
  throw new TypeError(`a field of the kind ${source.kind} met a match of the kind ${match.kind}`);
}

function compileId(sql: string, value: string, { bind, names }: ConditionContext): string {
  const id = bind(value);
  return `${sql} = ${id} and e.seq = ${seqOfId(names, id)}`;
}

function compileText(source: TextSource, match: TextMatch, context: ConditionContext): string {
  switch (source.kind) {
    case 'column':
      return textCondition(source.sql, match, context);
    case 'words': {
      const indexes = source.words.flatMap((word, index) => (textMatches(match, word) ? [index] : []));
      return `${source.sql} = any(${context.bind(indexes)}::smallint[])`;
    }
    case 'disclosed':
      return `${mayHold(source.hint, match, context)} and ${textCondition(source.sql, match, context)}`;
    case 'disclosedList': {
      const condition = textCondition('t.text', match, context);
      const list = `jsonb_array_elements_text(coalesce(${source.sql}, '[]')) t (text)`;
      return `${mayHold(source.hint, match, context)} and exists (select 1 from ${list} where ${condition})`;
    }
  }
}

/**
 * Cheap looks for what the disclosures must hold, before the expensive reading of a section: it is ten times faster.
 * A text stands in JCS as JSON.stringify writes it (RFC 8785, section 3.2.2.2).
 */
function mayHold(hint: string, match: TextMatch, { bind }: ConditionContext): string {
  const longest = match.kind === 'equals' ? '' : match.parts.reduce((long, part) => (part.length > long.length ? part : long), '');
  const literal = match.kind === 'equals' ? JSON.stringify(match.value) : JSON.stringify(longest).slice(1, -1);
  const texts = literal === '' ? [hint] : [hint, literal];
  return texts.map((text) => `strpos(e.disclosures, ${bind(text)}) > 0`).join(' and ');
}

function textCondition(sql: string, match: TextMatch, { bind }: ConditionContext): string {
  if (match.kind === 'equals') return `${sql} = ${bind(match.value)}`;
  const pattern = match.parts.map((part) => part.replace(/[\\%_]/g, '\\$&')).join('%');
  return `${sql} like ${bind(pattern)} escape '\\'`;
}

function compileResource(type: string, id: string, match: ResourceMatch, context: ConditionContext): string {
  const ofType = textCondition(type, match.type, context);
  return match.id === undefined ? ofType : `${ofType} and ${textCondition(id, match.id, context)}`;
}

function compileRelated(match: ResourceMatch, context: ConditionContext): string {
  if (match.id !== undefined) return existsRelated(context.names, compileResource('r.type', 'r.id', match, context));
  const parts = match.type.kind === 'equals' ? [match.type.value] : match.type.parts;
  // A type has no other characters (spec: event, names), so what has them matches nothing.
  if (!parts.every((part) => /^[a-z0-9_]*$/.test(part))) return 'false';
  return `${mayHold('\nrelated/', match.type, context)} and e.disclosures ~ ${context.bind(relatedTypePattern(parts.join('[a-z0-9_]*')))}`;
}

function compileAddress(sql: string, { address, prefix }: AddressMatch, { bind }: ConditionContext): string {
  return prefix === undefined ? `${sql} = ${bind(address)}::inet` : `${sql} <<= ${bind(`${address}/${prefix}`)}::inet`;
}

function inclusive({ from, to }: Bounds<number>): SeqRange {
  return {
    from: from === undefined ? undefined : from.value + (from.inclusive ? 0 : 1),
    to: to === undefined ? undefined : to.value - (to.inclusive ? 0 : 1),
  };
}

function seqRange(query: Query): SeqRange {
  let range: { from: number; to: number } = { from: 0, to: Number.MAX_SAFE_INTEGER };
  for (const { match, negated } of query.terms) {
    if (match.kind !== 'range' || negated) continue;
    const { from = 0, to = Number.MAX_SAFE_INTEGER } = inclusive(match);
    range = { from: Math.max(range.from, from), to: Math.min(range.to, to) };
  }
  return range;
}

function occurredFrom(query: Query, nowMs: number): number {
  const starts = query.terms.map(({ match, negated }) =>
    match.kind === 'time' && !negated ? resolveTime(match, nowMs).fromMs : undefined,
  );
  return Math.max(...starts.filter((start) => start !== undefined));
}
