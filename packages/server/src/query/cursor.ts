// The opaque cursor of a listing: which question it belongs to, the instant that "now" means in it, and the last place read.

import { createHash } from 'node:crypto';
import { Failure } from '@indelible/core';
import type { Order, Position } from '../store/read-events.ts';

const VERSION = 2;
const CURSOR_CHARS_MAX = 1_024;

export interface CursorState {
  /** Milliseconds since 1970: relative times keep meaning what they meant on the first page. */
  readonly nowMs: number;
  readonly position: Position;
}

/** What a cursor is bound to: 128 bits that name the question, its order and its tenant. */
export function fingerprint(kind: string, tenantId: number, order: Order, question: string): string {
  return createHash('sha256')
    .update(JSON.stringify([kind, tenantId, order, question]))
    .digest()
    .toString('base64url', 0, 16);
}

export function writeCursor(print: string, state: CursorState): string {
  const { nowMs: n, position } = state;
  const { occurredMs: o, seq: s } = position;
  const content = { v: VERSION, q: sealOf(print, n, o, s), n, o, s };
  return Buffer.from(JSON.stringify(content)).toString('base64url');
}

/** @throws Failure `cursor_invalid` when the cursor was not made for this question, order and tenant */
export function readCursor(print: string, cursor: string): CursorState {
  const content = decode(cursor);
  if (content?.['v'] !== VERSION) throw new Failure('cursor_invalid', 'cursor: it was not made by this server', { pointer: 'cursor' });
  const { q, n, o, s } = content;
  if (q !== sealOf(print, n, o, s))
    throw new Failure('cursor_invalid', 'cursor: it belongs to another query, order or tenant, or was altered', { pointer: 'cursor' });
  if (!isInstant(n) || !isInstant(o) || !Number.isSafeInteger(s))
    throw new Failure('cursor_invalid', 'cursor: it is damaged', { pointer: 'cursor' });
  return { nowMs: n, position: { occurredMs: o, seq: s as number } };
}

/** Binds a place to its question. It is no secret: whoever alters a cursor with care reads what a query would have shown. */
function sealOf(...content: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(content)).digest().toString('base64url', 0, 16);
}

/** Events occur in the years 1 to 9999, and places lie a moment before and after them. */
function isInstant(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= Date.parse('0000-12-31') && (value as number) <= Date.parse('+010000-01-02');
}

function decode(cursor: string): { [key: string]: unknown } | undefined {
  if (cursor.length > CURSOR_CHARS_MAX || !/^[\w-]+$/.test(cursor)) return undefined;
  try {
    const content: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    return typeof content === 'object' && content !== null ? (content as { [key: string]: unknown }) : undefined;
  } catch {
    return undefined;
  }
}
