// Instants as the text of a field for date and time, by the clocks of a zone, and back. Pure.

import { instantOf, wallOf } from '@indelible/core/query';
import type { ZoneName } from '../../text/format.ts';

const TEXT = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d))?/;

/** @example wallText('2026-11-20T07:52:00.000Z', 'Europe/Berlin') // '2026-11-20T08:52:00' */
export function wallText(at: string, zone: ZoneName): string {
  const { year, month, day, hour = 0, minute = 0, second = 0 } = wallOf(Date.parse(at), zone);
  const two = (value: number): string => String(Math.trunc(value)).padStart(2, '0');
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}:${two(second)}`;
}

/** RFC 3339 of what was typed; undefined for what is no date. */
export function instantText(typed: string, zone: ZoneName): string | undefined {
  const parts = TEXT.exec(typed)
    ?.slice(1)
    .map((part) => Number(part ?? 0));
  if (parts === undefined) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts;
  const ms = instantOf({ year, month, day, hour, minute, second }, zone);
  return Number.isFinite(ms) ? new Date(ms).toISOString() : undefined;
}
