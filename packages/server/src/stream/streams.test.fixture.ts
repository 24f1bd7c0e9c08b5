// Streams over a trail of their own, and clients that read them.

import { parse, print } from '@indelible/core';
import { readMessages } from '../cli/read-messages.ts';
import { openSealedTrail, type SealedTrail } from '../ledger/sealed-trail.test.fixture.ts';
import type { PresentedEvent } from '../query/present.ts';
import type { Filter } from './listener.ts';
import { type StreamLimits, Streams } from './streams.ts';

export function filterOf(q: string): Filter {
  const query = parse(q);
  return { query, zone: 'UTC', name: print(query) };
}

export interface Opened {
  readonly trail: SealedTrail;
  readonly streams: Streams;
  readonly errors: Error[];
  readonly dropped: string[];
  readonly client: (request?: Partial<ClientRequest>) => Promise<Client>;
  close(): Promise<void>;
}

interface ClientRequest {
  readonly tenant: string;
  readonly q: string;
  readonly after: number | undefined;
  readonly log: string | undefined;
  readonly credentials: readonly string[];
  readonly untilMs: number | undefined;
}

/** A client that reads as fast as it can, unless it is paused. */
export interface Client {
  readonly events: PresentedEvent[];
  readonly seqs: () => number[];
  /** What the last message said. */
  readonly dropped: () => { reason: string; lastEventId: string } | undefined;
  /** The last place that was named. */
  readonly place: () => number;
  readonly ended: Promise<void>;
  leave(): Promise<void>;
}

export async function openStreams(limits: Partial<StreamLimits> = {}): Promise<Opened> {
  const trail = await openSealedTrail();
  const errors: Error[] = [];
  const dropped: string[] = [];
  const streams = new Streams({
    store: trail.store,
    onError: (error) => errors.push(error),
    onDelivered: () => undefined,
    onDropped: (reason) => dropped.push(reason),
    limits,
  });
  return {
    trail,
    streams,
    errors,
    dropped,
    client: async ({ tenant = 'org_acme', q = '', after, log, credentials = [], untilMs } = {}) =>
      readClient(await streams.open({ tenant, credentials, untilMs, filter: filterOf(q), after, log, abort: () => undefined })),
    close: async () => {
      await streams.stop();
      await trail.close();
    },
  };
}

export function readClient(stream: ReadableStream<Uint8Array>): Client {
  const events: PresentedEvent[] = [];
  const reader = stream.getReader();
  let dropped: { reason: string; lastEventId: string } | undefined;
  let place = Number.NaN;
  const bytes = async function* (): AsyncGenerator<Uint8Array> {
    for (let part = await reader.read(); !part.done; part = await reader.read()) yield part.value;
  };
  const read = async (): Promise<void> => {
    for await (const { event, data, id } of readMessages(bytes())) {
      if (id !== '') place = Number(id);
      if (event === 'event') events.push(JSON.parse(data) as PresentedEvent);
      if (event === 'dropped') dropped = JSON.parse(data) as typeof dropped;
    }
  };
  const ended = read();
  return {
    events,
    seqs: () => events.map(({ seq }) => seq),
    dropped: () => dropped,
    place: () => place,
    ended,
    leave: async () => {
      await reader.cancel();
      await ended;
    },
  };
}
