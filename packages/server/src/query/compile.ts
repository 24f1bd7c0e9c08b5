// From a query to an SQL condition. Values travel as parameters, always; the text is made of constants and placeholders.
// An absent field is null there: null is not a match, and an excluded term holds for it.
//
// What SQL cannot decide exactly (free text, globs on numbers) becomes a condition that lets too much through, and the
// compiled query says so: its rows are then checked again by core's `matches`.

import {
  type AddressMatch,
  type Bounds,
  type Match,
  type Node,
  type Query,
  type ResourceMatch,
  resolveTime,
  type Term,
  type TextMatch,
  textMatches,
} from '@indelible/core';
import { existsRelated, FIELD_SOURCES, type FieldSource, relatedTypePattern, seqOfId, type TextSource } from '../store/fields.ts';
import type { Condition, ConditionContext, SeqRange } from '../store/read-events.ts';
import type { ScanBounds } from '../store/scan-statement.ts';
import { timestampText } from '../store/timestamp.ts';
import { compileChanged, compileHas, compileValue, mayHold, textCondition } from './compile-change.ts';
import { mayHoldWords } from './text-hint.ts';

export interface CompiledQuery {
  /** A condition on the alias `e` of the table event: of the whole query, bounds included. */
  readonly condition: Condition;
  /** False when the condition lets rows through that the query does not ask for. */
  readonly exact: boolean;
  /** Times and places in the log outside of which nothing matches. */
  readonly bounds: ScanBounds;
  /** The terms that the bounds do not say. */
  readonly nodes: readonly Node[];
}

/** What relative times and dates without a zone refer to. */
export interface Clock {
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  /** As core's checkZone takes it. */
  readonly zone: string;
}

/** @example compile(parse('actor:maria -outcome:success'), { nowMs: Date.now(), zone: 'UTC' }) */
export function compile(query: Query, clock: Clock): CompiledQuery {
  return {
    condition: compileNodes(query.terms, clock),
    exact: query.terms.every(isExact),
    bounds: { ...occurredBounds(query, clock), seq: seqRange(query) },
    nodes: query.terms.filter((node) => !isBound(node)),
  };
}

/** The condition that all of some terms hold. */
export function compileNodes(nodes: readonly Node[], clock: Clock): Condition {
  return (context) => nodes.map((node) => compileNode(node, clock, context)).join(' and ') || 'true';
}

/** Whether the bounds say all that a term says. */
function isBound(node: Node): boolean {
  return node.kind === 'field' && !node.negated && (node.match.kind === 'time' || (node.field === 'seq' && node.match.kind === 'range'));
}

/** Whether SQL decides it exactly. */
function isExact(node: Node): boolean {
  switch (node.kind) {
    case 'field':
      return !(node.path !== undefined && node.match.kind === 'glob');
    case 'text':
      return false;
    case 'any':
    case 'all':
      return node.terms.every(isExact);
  }
}

function compileNode(node: Node, clock: Clock, context: ConditionContext): string {
  // Of what lets too much through, the opposite would let too little through.
  if (node.negated && !isExact(node)) return 'true';
  const condition = compilePositive(node, clock, context);
  return node.negated ? `((${condition}) is not true)` : `(${condition})`;
}

function compilePositive(node: Node, clock: Clock, context: ConditionContext): string {
  switch (node.kind) {
    case 'field':
      return compileTerm(node, clock, context);
    case 'text':
      return mayHoldWords(node.words, context);
    case 'any':
      return node.terms.map((term) => compileNode(term, clock, context)).join(' or ');
    case 'all':
      return node.terms.map((term) => compileNode(term, clock, context)).join(' and ');
  }
}

function compileTerm({ field, path, match }: Term, clock: Clock, context: ConditionContext): string {
  if (match.kind === 'has') return compileHas(match, context);
  return compileMatch(FIELD_SOURCES[field], path ?? [], match, clock, context);
}

function compileMatch(source: FieldSource, path: readonly string[], match: Match, clock: Clock, context: ConditionContext): string {
  const { bind } = context;
  if (source.kind === 'value') return compileValue(source.sql, path, match, context);
  switch (match.kind) {
    case 'equals':
    case 'glob':
      if (source.kind === 'id' && match.kind === 'equals') return compileId(source.sql, match.value, context);
      if (source.kind === 'texts') return source.texts.map((text) => compileText(text, match, context)).join(' or ');
      if (source.kind === 'changed') return compileChanged(source.sql, match, context);
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
        const { fromMs, toMs } = resolveTime(match, clock.nowMs, clock.zone);
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
      break;
    case 'has':
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

/** The terms that every event of the answer meets. */
function demanded(query: Query): Term[] {
  return query.terms.filter((node) => node.kind === 'field').filter(({ negated }) => !negated);
}

function seqRange(query: Query): SeqRange {
  let range: { from: number; to: number } = { from: 0, to: Number.MAX_SAFE_INTEGER };
  for (const { field, match } of demanded(query)) {
    if (field !== 'seq' || match.kind !== 'range') continue;
    const { from = 0, to = Number.MAX_SAFE_INTEGER } = inclusive(match);
    range = { from: Math.max(range.from, from), to: Math.min(range.to, to) };
  }
  return range;
}

function occurredBounds(query: Query, { nowMs, zone }: Clock): { occurredFromMs: number; occurredToMs: number } {
  const ranges = demanded(query).flatMap(({ match }) => (match.kind === 'time' ? [resolveTime(match, nowMs, zone)] : []));
  return {
    occurredFromMs: Math.max(...ranges.map(({ fromMs = Number.NEGATIVE_INFINITY }) => fromMs)),
    occurredToMs: Math.min(...ranges.map(({ toMs = Number.POSITIVE_INFINITY }) => toMs)),
  };
}
