// Makes what an application hands over fit to be stored: known fields, text without U+0000 and lone surrogates,
// cut to length, and nothing that JSON would round. It never throws for odd values, it drops them.

import type { Actor, Context } from '../context/types.ts';
import { BEHALF_DEPTH_MAX, ID_CHARS_MAX, NAME_CHARS_MAX, REASON_CHARS_MAX, USER_AGENT_CHARS_MAX } from './limits.ts';
import { ACTOR_TYPES, CONTEXT_FIELDS, LOCATION_FIELDS, type MessageActor, type MessageContext, type Texts } from './message.ts';

const CONTEXT_CHARS_MAX: { readonly [field in (typeof CONTEXT_FIELDS)[number]]?: number } = {
  userAgent: USER_AGENT_CHARS_MAX,
  reason: REASON_CHARS_MAX,
};

/** Takes down the name of a field that had to be cut. */
export type NoteCut = (field: string) => void;

/** Text as it can be stored, at most `max` UTF-16 units; numbers become text, anything else undefined. */
export function cleanText(value: unknown, max: number, field: string, cut: NoteCut): string | undefined {
  const kind = typeof value;
  if (kind !== 'string' && kind !== 'number' && kind !== 'bigint') return undefined;
  const text = String(value).replaceAll('\0', '');
  if (text.length > max) cut(field);
  // After the slice, so that half of a pair at its end is mended too.
  return text.slice(0, max).toWellFormed();
}

export function cleanActor(actor: Actor, cut: NoteCut, depth = 0): MessageActor {
  const id = cleanText(actor.id, ID_CHARS_MAX, 'actor.id', cut);
  const name = cleanText(actor.name, NAME_CHARS_MAX, 'actor.name', cut);
  const email = cleanText(actor.email, NAME_CHARS_MAX, 'actor.email', cut);
  const behalf = actor.onBehalfOf;
  if (behalf && depth >= BEHALF_DEPTH_MAX) cut('actor.onBehalfOf');
  return {
    type: actor.type !== undefined && ACTOR_TYPES.has(actor.type) ? actor.type : 'user',
    ...(id !== undefined && { id }),
    ...(name !== undefined && { name }),
    ...(email !== undefined && { email }),
    ...(behalf && depth < BEHALF_DEPTH_MAX && { onBehalfOf: cleanActor(behalf, cut, depth + 1) }),
  };
}

export function cleanContext(context: Context, cut: NoteCut): MessageContext {
  const { location } = context;
  const place = location ? cleanTexts(location, LOCATION_FIELDS, (field) => [NAME_CHARS_MAX, `location.${field}`], cut) : {};
  return {
    ...cleanTexts(context, CONTEXT_FIELDS, (field) => [CONTEXT_CHARS_MAX[field] ?? NAME_CHARS_MAX, field], cut),
    ...(Object.keys(place).length > 0 && { location: place }),
  };
}

/** @param ruleOf how long a field may be, and what it is called when it was cut */
export function cleanTexts<Field extends string>(
  texts: { readonly [field in Field]?: unknown },
  fields: readonly Field[],
  ruleOf: (field: Field) => readonly [max: number, name: string],
  cut: NoteCut,
): Texts<Field> {
  const clean: { [field in Field]?: string } = {};
  for (const field of fields) {
    const text = cleanText(texts[field], ...ruleOf(field), cut);
    if (text !== undefined && text !== '') clean[field] = text;
  }
  return clean;
}

/**
 * Metadata as plain JSON; integers that a double cannot hold become text.
 *
 * @throws TypeError for what JSON cannot say, such as a cycle.
 */
export function cleanMetadata(metadata: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const text = JSON.stringify(metadata, (_key, value: unknown) => {
    if (typeof value === 'string') return value.replaceAll('\0', '').toWellFormed();
    if (typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)))
      return String(value);
    return value;
  });
  return JSON.parse(text) as Record<string, unknown>;
}
