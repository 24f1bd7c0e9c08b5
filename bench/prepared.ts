// Events made ready as the server makes them: accepted, redacted, hashed. What is left is to write them.

import { acceptEvent, makeNewId, makeRedaction } from '@indelible/core';
import type { LogRow } from '@indelible/server/dist/store/log-row.js';
import { type Prepared, prepare } from '@indelible/server/dist/store/prepare.js';
import { makeSampleIds, sampleEvent } from './sample.ts';

const redaction = makeRedaction();
const newId = makeNewId();
const sampleId = makeSampleIds();

/** @param first the index of the first event; the same index gives the same event, but for id and time */
export function preparedEvents(log: LogRow, first: number, count: number): Prepared[] {
  const nowMs = Date.now();
  const occurredAt = new Date(nowMs).toISOString();
  return Array.from({ length: count }, (_, index) => {
    const event = acceptEvent(sampleEvent(first + index, sampleId(nowMs), occurredAt), {
      nowMs,
      redaction,
      newId,
      sourceKind: 'api',
      attribution: 'asserted',
    });
    return prepare(event, nowMs, log.macKey);
  });
}
