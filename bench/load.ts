// Requests over several connections for a while: how many were answered, and how long each took.

import { Connection } from './connection.ts';
import { Bodies, makeSampleIds } from './sample.ts';

/** Whom the requests go to. */
export interface Target {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface LoadOptions {
  readonly connections: number;
  readonly eventsPerRequest: number;
  readonly seconds: number;
}

export interface Load {
  readonly eventsPerSecond: number;
  readonly requestsPerSecond: number;
  /** Milliseconds within which half of the answers came. */
  readonly p50: number;
  readonly p99: number;
}

const BODIES_A_CONNECTION = 4;
const WARM_UP_SHARE = 0.1;
const WARM_UP_SECONDS_MAX = 5;

/** Measures after a warm-up that is not counted. Every answer must be 201. */
export async function load(target: Target, options: LoadOptions): Promise<Load> {
  const { connections, eventsPerRequest, seconds } = options;
  const newId = makeSampleIds();
  const open = await Promise.all(
    Array.from({ length: connections }, () => Connection.open(new URL(target.url), '/v1/events', target.headers)),
  );
  const lanes = open.map((connection) => ({ connection, bodies: new Bodies(eventsPerRequest, BODIES_A_CONNECTION, newId) }));
  const begin = performance.now() + Math.min(WARM_UP_SECONDS_MAX, seconds * WARM_UP_SHARE) * 1_000;
  const end = begin + seconds * 1_000;
  const latencies: number[] = [];
  const send = async ({ connection, bodies }: { connection: Connection; bodies: Bodies }): Promise<void> => {
    for (let sent = performance.now(); sent < end; sent = performance.now()) {
      const status = await connection.post(bodies.next());
      if (status !== 201) throw new Error(`a request was answered with ${status}`);
      const answered = performance.now();
      // Counted by the moment of the answer: as many begin before the window as end after it.
      if (answered >= begin && answered < end) latencies.push(answered - sent);
    }
  };
  try {
    await Promise.all(lanes.map(send));
  } finally {
    for (const connection of open) connection.close();
  }
  latencies.sort((a, b) => a - b);
  const requestsPerSecond = latencies.length / seconds;
  return {
    requestsPerSecond,
    eventsPerSecond: requestsPerSecond * eventsPerRequest,
    p50: latencies[Math.floor(latencies.length * 0.5)] ?? Number.NaN,
    p99: latencies[Math.floor(latencies.length * 0.99)] ?? Number.NaN,
  };
}
