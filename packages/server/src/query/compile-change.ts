// Conditions on what is inside of an event: values before and after, metadata, changed fields, whether a field is there.

import type { Bounds, HasMatch, Match, TextMatch } from '@indelible/core';
import { FIELD_SOURCES } from '../store/fields.ts';
import type { ConditionContext } from '../store/read-events.ts';

/**
 * Cheap looks for what the disclosures must hold, before the expensive reading of a section: it is ten times faster.
 * A text stands in JCS as JSON.stringify writes it (RFC 8785, section 3.2.2.2).
 */
export function mayHold(hint: string, match: TextMatch, { bind }: ConditionContext): string {
  const longest = match.kind === 'equals' ? '' : match.parts.reduce((long, part) => (part.length > long.length ? part : long), '');
  const literal = match.kind === 'equals' ? JSON.stringify(match.value) : JSON.stringify(longest).slice(1, -1);
  // A key with its whole value is one text.
  if (match.kind === 'equals' && hint.endsWith(':"')) return `strpos(e.disclosures, ${bind(hint.slice(0, -1) + literal)}) > 0`;
  const texts = literal === '' ? [hint] : [hint, literal];
  return texts.map((text) => `strpos(e.disclosures, ${bind(text)}) > 0`).join(' and ');
}

export function textCondition(sql: string, match: TextMatch, { bind }: ConditionContext): string {
  if (match.kind === 'equals') return `${sql} = ${bind(match.value)}`;
  return `${sql} like ${bind(likePattern(match.parts))} escape '\\'`;
}

function likePattern(parts: readonly string[]): string {
  return parts.map(escapeLike).join('%');
}

function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}

/** @param sql the jsonb array of changed fields, null where there is none */
export function compileChanged(sql: string, match: TextMatch, context: ConditionContext): string {
  const { bind } = context;
  const fields = `jsonb_array_elements_text(coalesce(${sql}, '[]')) f (field)`;
  const below = match.kind === 'equals' ? `${escapeLike(match.value)}/%` : `${likePattern(match.parts)}/%`;
  const condition = `${textCondition('f.field', match, context)} or f.field like ${bind(below)} escape '\\'`;
  const first = match.kind === 'equals' ? match.value : (match.parts[0] ?? '');
  // The names stand behind the key "fields", and each begins with a quote: that alone rules out most events, and LIKE finds
  // it out in a fifth of the time of strpos, where no collation has a say.
  const named = `e.disclosures collate "C" like ${bind(`%"fields":[%${escapeLike(JSON.stringify(first).slice(0, -1))}%`)} escape '\\'`;
  return `${named} and exists (select 1 from ${fields} where ${condition})`;
}

/** @param sql the jsonb object that the path leads into, null where there is none */
export function compileValue(sql: string, path: readonly string[], match: Match, context: ConditionContext): string {
  const leaves = `jsonb_path_query(${atPath(sql, path, context)}, 'strict $.**') l (leaf)`;
  const scalar = `jsonb_typeof(l.leaf) not in ('object', 'array')`;
  return `${mayHavePath(path, context)} and exists (select 1 from ${leaves} where ${scalar} and ${leafCondition(match, context)})`;
}

// A regular expression and not a cast alone: a cast of what is no number would end the statement.
const NUMBER_TEXT = '^-?\\d{1,255}(\\.\\d{1,255})?$';

function leafCondition(match: Match, context: ConditionContext): string {
  const { bind } = context;
  const text = `(l.leaf #>> '{}')`;
  switch (match.kind) {
    case 'equals': {
      const equal = `(jsonb_typeof(l.leaf) = 'string' and ${text} = ${bind(match.value)})`;
      if (/^(?:true|false|null)$/.test(match.value)) return `(${equal} or l.leaf = ${bind(match.value)}::jsonb)`;
      // A number has one text in JCS, so that no other text names it.
      const isNumber = match.value !== '' && JSON.stringify(Number(match.value)) === match.value;
      return isNumber ? `(${equal} or l.leaf = ${bind(match.value)}::jsonb)` : equal;
    }
    case 'glob':
      // Numbers are written otherwise in jsonb: they are looked at again afterwards.
      return `(jsonb_typeof(l.leaf) <> 'string' or ${textCondition(text, match, context)})`;
    case 'range': {
      const isNumber = `(jsonb_typeof(l.leaf) = 'number' or (jsonb_typeof(l.leaf) = 'string' and ${text} ~ ${bind(NUMBER_TEXT)}))`;
      return `case when ${isNumber} then ${compare(`${text}::float8`, match, context)} else false end`;
    }
    default:
      throw new TypeError(`a value met a match of the kind ${match.kind}`);
  }
}

function compare(sql: string, { from, to }: Bounds<number>, { bind }: ConditionContext): string {
  return [
    ...(from === undefined ? [] : [`${sql} ${from.inclusive ? '>=' : '>'} ${bind(from.value)}::float8`]),
    ...(to === undefined ? [] : [`${sql} ${to.inclusive ? '<=' : '<'} ${bind(to.value)}::float8`]),
  ].join(' and ');
}

/** Places of arrays count from 0; PostgreSQL alone would also take -1 and 01 for places. */
function atPath(sql: string, path: readonly string[], { bind }: ConditionContext): string {
  return path.reduce(
    (value, step) => (/^(?:0|[1-9]\d{0,8})$/.test(step) ? `(${value} #> array[${bind(step)}::text])` : `(${value} -> ${bind(step)}::text)`),
    sql,
  );
}

/** Every key of the path stands in the text of an event that has it. */
function mayHavePath(path: readonly string[], { bind }: ConditionContext): string {
  const keys = path.filter((step) => !/^\d+$/.test(step)).map((step) => `${JSON.stringify(step)}:`);
  return ['true', ...keys.map((key) => `strpos(e.disclosures, ${bind(key)}) > 0`)].join(' and ');
}

/** Whether an event has a field. */
export function compileHas({ field, path }: HasMatch, context: ConditionContext): string {
  const source = FIELD_SOURCES[field];
  switch (source.kind) {
    case 'value':
      return `${mayHavePath(path ?? [], context)} and ${atPath(source.sql, path ?? [], context)} is not null`;
    case 'changed':
      return `jsonb_array_length(coalesce(${source.sql}, '[]')) > 0`;
    case 'texts':
      return source.texts
        .map((text) => {
          if (text.kind === 'words') return 'true';
          if (text.kind === 'disclosedList') return `jsonb_array_length(coalesce(${text.sql}, '[]')) > 0`;
          return `${text.sql} is not null`;
        })
        .join(' or ');
    case 'resource':
      return `${source.type} is not null`;
    case 'related':
      return `strpos(e.disclosures, ${context.bind('\nrelated/')}) > 0`;
    case 'address':
      return `${source.sql} is not null`;
    case 'id':
    case 'time':
    case 'integer':
      return 'true';
    case 'has':
      throw new TypeError('has: asks for no other has:');
  }
}
