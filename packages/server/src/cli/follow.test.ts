import { Failure, matches, parse } from '@indelible/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PresentedEvent } from '../query/present.ts';
import type { ApiClient, ApiParameters } from './api-client.ts';
import { follow } from './follow.ts';

const BASE_MS = Date.UTC(2026, 10, 1);

function eventAt(seq: number, occurredMs: number, log: string): PresentedEvent {
  const occurredAt = new Date(occurredMs).toISOString();
  return {
    seq,
    log,
    id: `id-${seq}`,
    action: seq % 3 === 0 ? 'bot.viewed' : 'bot.updated',
    occurredAt,
    recordedAt: occurredAt,
  } as unknown as PresentedEvent;
}

interface FakeServer {
  readonly client: ApiClient;
  readonly events: PresentedEvent[];
  origin: string;
  sealed: number;
}

/** Answers like the API, from an array; before each answer `arrive` may add to it or fail. */
function fakeServer(arrive: (server: FakeServer) => void): FakeServer {
  const server: FakeServer = {
    events: [],
    origin: 'a',
    sealed: 0,
    client: {
      get: async <Answer>(path: string, parameters: ApiParameters = {}) => {
        arrive(server);
        if (path === '/v1/log') {
          if (server.sealed === 0) throw new Failure('not_sealed', 'no checkpoint yet');
          return { origin: server.origin, size: server.sealed } as Answer;
        }
        const query = parse(String(parameters['q']));
        const sign = parameters['order'] === 'asc' ? 1 : -1;
        const found = server.events
          .filter((event) => matches(query, event, { seq: event.seq, nowMs: BASE_MS }))
          .toSorted((a, b) => sign * (a.occurredAt < b.occurredAt ? -1 : a.occurredAt > b.occurredAt ? 1 : a.seq - b.seq));
        const limit = Number(parameters['limit']);
        return { events: found.slice(0, limit), ...(found.length > limit ? { next: 'more' } : {}) } as Answer;
      },
    },
  };
  return server;
}

async function collect(
  server: FakeServer,
  q: string,
  past: number,
  polls: number,
): Promise<{ events: PresentedEvent[]; faults: number; successions: string[] }> {
  const stop = new AbortController();
  const seen = { events: [] as PresentedEvent[], faults: 0, successions: [] as string[] };
  let sleeps = 0;
  const options = {
    q,
    past,
    pollMs: 1,
    signal: stop.signal,
    sleep: async () => {
      if (++sleeps >= polls) stop.abort();
    },
    onFault: () => {
      seen.faults++;
    },
    onSuccession: (origin: string) => {
      seen.successions.push(origin);
    },
  };
  for await (const event of follow(server.client, options)) seen.events.push(event);
  return seen;
}

const bursts = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: 0, max: 5 }) },
    { weight: 1, arbitrary: fc.integer({ min: 900, max: 2_600 }) },
    { weight: 1, arbitrary: fc.constant(-1) },
  ),
  { minLength: 1, maxLength: 12 },
);

test('every event that matches comes once, in the order of the log, through bursts, imports and outages', async () => {
  await fc.assert(
    fc.asyncProperty(bursts, fc.constantFrom('', 'action:bot.updated'), fc.nat(1_000), async (script, q, salt) => {
      let call = 0;
      const server = fakeServer((self) => {
        const burst = call++ < 2 ? 0 : (script.shift() ?? 0);
        if (burst < 0) throw new Failure('store_unavailable', 'the database does not answer');
        for (let index = 0; index < burst; index++) {
          const seq = self.events.length;
          // Any order of occurrence: imports.
          self.events.push(eventAt(seq, BASE_MS + ((seq * 7_919 + salt) % 1_009) * 1_000, 'a'));
        }
      });
      for (let seq = 0; seq < 20; seq++) server.events.push(eventAt(seq, BASE_MS + ((seq * 7 + salt) % 11) * 1_000, 'a'));
      server.sealed = 15;
      const outages = script.filter((burst) => burst < 0).length;
      const { events, faults } = await collect(server, q, 0, script.length + 8);
      const query = parse(q);
      const right = server.events.filter((event) => event.seq >= 15 && matches(query, event, { seq: event.seq, nowMs: BASE_MS }));
      expect(events.map(({ seq }) => seq)).toEqual(right.map(({ seq }) => seq));
      expect(faults).toBe(outages);
    }),
    { numRuns: 60 },
  );
}, 60_000);

test('it begins with the last events of the past, oldest first', async () => {
  const server = fakeServer(() => undefined);
  for (let seq = 0; seq < 20; seq++) server.events.push(eventAt(seq, BASE_MS + seq * 1_000, 'a'));
  server.sealed = 18;
  const { events } = await collect(server, '', 3, 1);
  expect(events.map(({ seq }) => seq)).toEqual([15, 16, 17, 18, 19]);
});

test('a log without a checkpoint is followed from its beginning', async () => {
  const server = fakeServer(() => undefined);
  server.events.push(eventAt(0, BASE_MS, 'a'), eventAt(1, BASE_MS, 'a'));
  expect((await collect(server, '', 10, 2)).events.map(({ seq }) => seq)).toEqual([0, 1]);
});

test('when another log takes the place of this one, it is followed from its beginning', async () => {
  const server = fakeServer(() => undefined);
  for (let seq = 0; seq < 5; seq++) server.events.push(eventAt(seq, BASE_MS, 'a'));
  server.sealed = 5;
  const following = collect(server, '', 0, 60);
  server.origin = 'b';
  server.events.splice(0, 5, ...[0, 1, 2].map((seq) => eventAt(seq, BASE_MS, 'b')));
  const { events, successions } = await following;
  expect(successions).toEqual(['b']);
  expect(events.map(({ log, seq }) => `${log}${seq}`)).toEqual(['b0', 'b1', 'b2']);
});

test('what will not pass ends it', async () => {
  const server = fakeServer(() => {
    throw new Failure('unauthorized', 'no');
  });
  await expect(collect(server, '', 0, 5)).rejects.toMatchObject({ code: 'unauthorized' });
  await expect(
    collect(
      fakeServer(() => undefined),
      'nonsense:x',
      0,
      5,
    ),
  ).rejects.toMatchObject({ code: 'query_invalid' });
});
