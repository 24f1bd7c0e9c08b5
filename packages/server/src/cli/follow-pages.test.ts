// A page of large events is shorter than what was asked for; following goes on to the last page of each window.

import { matches, parse } from '@indelible/core';
import { expect, test } from 'vitest';
import type { PresentedEvent } from '../query/present.ts';
import type { ApiClient, ApiParameters } from './api-client.ts';
import { follow } from './follow.ts';

const SHOWN_MAX = 7;
const BASE_MS = Date.UTC(2026, 10, 1);

function eventAt(seq: number): PresentedEvent {
  // In no order of occurrence.
  const occurredAt = new Date(BASE_MS + ((seq * 7_919) % 101) * 1_000).toISOString();
  return { seq, log: 'a', id: `id-${seq}`, action: 'bot.updated', occurredAt, recordedAt: occurredAt } as unknown as PresentedEvent;
}

/** Answers like the API whose pages are full with a few events; the cursor is how many were shown. */
function fakeClient(events: readonly PresentedEvent[], sealed: number): ApiClient {
  const get = async <Answer>(path: string, parameters: ApiParameters = {}): Promise<Answer> => {
    if (path === '/v1/log') return { origin: 'a', size: sealed } as Answer;
    const query = parse(String(parameters['q']));
    const sign = parameters['order'] === 'asc' ? 1 : -1;
    const found = events
      .filter((event) => matches(query, event, { seq: event.seq, nowMs: BASE_MS }))
      .toSorted((a, b) => sign * (Date.parse(a.occurredAt) - Date.parse(b.occurredAt) || a.seq - b.seq));
    const from = Number(parameters['cursor'] ?? 0);
    const to = from + Math.min(SHOWN_MAX, Number(parameters['limit']));
    return { events: found.slice(from, to), ...(to < found.length ? { next: String(to) } : {}) } as Answer;
  };
  return { get };
}

test('pages that end early lose nothing: of the past, of what came, of a burst', async () => {
  const all = Array.from({ length: 130 }, (_, seq) => eventAt(seq));
  for (const [sealed, past] of [
    [0, 0],
    [100, 0],
    [120, 30],
  ] as const) {
    const stop = new AbortController();
    const seen: number[] = [];
    const options = {
      q: '',
      past,
      pollMs: 1,
      signal: stop.signal,
      sleep: async () => stop.abort(),
      onFault: () => undefined,
      onSuccession: () => undefined,
    };
    for await (const { seq } of follow(fakeClient(all, sealed), options)) seen.push(seq);
    const before = all.slice(0, sealed).toSorted((a, b) => Date.parse(b.occurredAt) - Date.parse(a.occurredAt) || b.seq - a.seq);
    const right = [...before.slice(0, past).toReversed(), ...all.slice(sealed)];
    expect(seen).toEqual(right.map(({ seq }) => seq));
  }
});
