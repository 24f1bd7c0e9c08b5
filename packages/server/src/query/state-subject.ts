// Which resource a question is about, and what is said when there is none.

import { Failure, ID_CHARS_MAX, readTime, resolveTime, checkZone } from '@indelible/core';
import type pg from 'pg';
import { isNamed, type ResourceName } from '../store/read-resource.ts';
import type { ReadScope } from './present.ts';

const TYPE = /^[a-z0-9_]{1,64}$/;

/** @throws Failure `parameter_invalid` for what no event can name */
export function checkSubject<Subject extends ResourceName>(subject: Subject): Subject {
  const { type, id } = subject;
  if (!TYPE.test(type)) throw new Failure('parameter_invalid', 'type: expected 1 to 64 of a-z, 0-9 and _', { pointer: 'type' });
  if (id.length < 1 || id.length > ID_CHARS_MAX || id.includes('\0') || !id.isWellFormed()) {
    throw new Failure('parameter_invalid', `id: expected 1 to ${ID_CHARS_MAX} characters of Unicode without U+0000`, { pointer: 'id' });
  }
  return subject;
}

/** The failure for a resource that no event is about. What another tenant has looks exactly like what does not exist. */
export async function noSuchResource(tx: pg.ClientBase, { tenantId, within }: ReadScope, resource: ResourceName): Promise<Failure> {
  // What else there is would tell somebody who sees a part of what lies outside of it.
  if (within !== undefined)
    return new Failure('not_found', `no event is about ${resource.type}/${resource.id}; ids are exact, case included`);
  const named = await isNamed(tx, tenantId, resource);
  const shown = `${resource.type}/${resource.id}`;
  if (named.related)
    return new Failure('not_found', `no event is about ${shown}; some name it as related: ask for its history with related=true`);
  const why = named.type
    ? `ids are exact, case included: GET /v1/events?q=resource:${resource.type} lists those that there are`
    : `none is about any resource of the type "${resource.type}" either: types are singular, as in bot/bot_42`;
  return new Failure('not_found', `no event is about ${shown}; ${why}`);
}

/**
 * An instant as it was asked for: RFC 3339, or any time of the query language; of a day, month or year its first moment.
 *
 * @param zone of times that name none
 * @returns milliseconds since 1970; `nowMs` when nothing was asked for
 * @throws Failure `parameter_invalid`
 */
export function instantOfText(name: string, text: string | undefined, nowMs: number, zone = 'UTC'): number {
  const checked = checkZone(zone);
  if (text === undefined) return nowMs;
  try {
    return resolveTime({ from: { value: readTime(text, 0), inclusive: true } }, nowMs, checked).fromMs ?? nowMs;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const { expected, received } = error.details;
    throw new Failure('parameter_invalid', `${name}: ${error.message}`, {
      pointer: name,
      ...(expected === undefined ? {} : { expected }),
      ...(received === undefined ? {} : { received }),
    });
  }
}
