// Where in the log a stream begins.

import { Failure } from '@indelible/core';
import type { LogHead } from '../store/read-log-tail.ts';

export interface PlaceRequest {
  /** The last sequence number that the client has seen, -1 for none; undefined to begin with what comes from now on. */
  readonly after?: number | undefined;
  /** The origin of the log that `after` is a place of. */
  readonly log?: string | undefined;
}

/**
 * The first sequence number of a stream.
 *
 * @param head the tenant's present log, or undefined when nothing was recorded for it yet
 * @param isKept whether the event with a sequence number is there
 * @throws Failure `stream_gone`
 */
export async function startPlace(
  { after, log }: PlaceRequest,
  head: LogHead | undefined,
  isKept: (seq: number) => Promise<boolean>,
): Promise<number> {
  if (log !== undefined && head !== undefined && head.origin !== log) throw new Failure('stream_gone', `the log is ${head.origin} now`);
  const size = head?.size ?? 0;
  if (after === undefined) return size;
  const next = after + 1;
  if (next > size) throw new Failure('stream_gone', `the log ends before ${after}: it is not the log that this place was given for`);
  if (next < size && !(await isKept(next))) throw new Failure('stream_gone', `what comes after ${after} is not kept any more`);
  return next;
}
