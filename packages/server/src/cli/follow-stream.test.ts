import { Failure } from '@indelible/core';
import { expect, test } from 'vitest';
import type { PresentedEvent } from '../query/present.ts';
import type { ApiClient, ApiParameters, OpenStream } from './api-client.ts';
import { followStream } from './follow-stream.ts';

function eventAt(seq: number, log = 'a'): PresentedEvent {
  return { seq, log, id: `${log}${seq}` } as unknown as PresentedEvent;
}

function message(event: PresentedEvent): string {
  return `id: ${event.seq}\nevent: event\ndata: ${JSON.stringify(event)}\n\n`;
}

/** What a connection does: sends texts and breaks, ends, or is refused. */
type Connection = { readonly texts: readonly string[]; readonly breaks?: boolean; readonly silent?: boolean } | { readonly fails: Failure };

interface Script {
  readonly heads: readonly { origin: string; size: number }[];
  readonly connections: readonly Connection[];
}

async function run({ heads, connections }: Script) {
  const stop = new AbortController();
  const asked: ApiParameters[] = [];
  const polled: string[] = [];
  const seen = { events: [] as string[], faults: 0, successions: [] as string[] };
  let head = 0;
  const client: ApiClient = {
    get: async <Answer>(path: string, parameters: ApiParameters = {}): Promise<Answer> => {
      if (path === '/v1/log') return heads[Math.min(head++, heads.length - 1)] as Answer;
      polled.push(String(parameters['q']));
      return { events: [] } as Answer;
    },
  };
  const open: OpenStream = async (_path, parameters, signal) => {
    const connection = connections[asked.length];
    asked.push(parameters);
    if (connection === undefined) {
      stop.abort();
      throw new Error('aborted');
    }
    if ('fails' in connection) throw connection.fails;
    return new Response(
      new ReadableStream({
        start: (controller) => {
          for (const text of connection.texts) controller.enqueue(Buffer.from(text));
          // What was sent is read before the connection breaks.
          const over = (): void => (connection.breaks === true ? controller.error(new Error('reset')) : controller.close());
          const timer = connection.silent === true ? undefined : setTimeout(over, 5);
          signal.addEventListener('abort', () => {
            clearTimeout(timer);
            controller.error(new Error('aborted'));
          });
        },
      }),
    );
  };
  let sleeps = 0;
  const options = {
    q: 'actor:x',
    past: 0,
    pollMs: 1,
    silenceMsMax: 100,
    signal: stop.signal,
    sleep: async () => {
      if (++sleeps > 20) stop.abort();
    },
    onFault: () => void seen.faults++,
    onSuccession: (origin: string) => void seen.successions.push(origin),
  };
  for await (const event of followStream(client, open, options)) seen.events.push(`${event.log}${event.seq}`);
  return { ...seen, asked, polled };
}

test('it begins at the published size, and resumes after the last place that was named, when a connection ends, breaks or falls silent', async () => {
  const { events, faults, asked } = await run({
    heads: [{ origin: 'a', size: 5 }],
    connections: [
      { texts: ['retry: 5\nid: 4\n\n', message(eventAt(5)), message(eventAt(8)), ': quiet\nid: 20\n\n'] },
      { fails: new Failure('store_unavailable', 'away') },
      { texts: [message(eventAt(21)), 'id: 22\nevent: event\ndata: {"se'], breaks: true },
      { texts: [message(eventAt(22))], silent: true },
      { texts: ['event: dropped\ndata: {"reason":"slow","lastEventId":"22"}\n\n'] },
    ],
  });
  expect(events).toEqual(['a5', 'a8', 'a21', 'a22']);
  expect(asked.map(({ after }) => after)).toEqual([4, 20, 20, 21, 22, 22]);
  expect(asked.every(({ log, q }) => log === 'a' && q === 'actor:x')).toBe(true);
  expect(faults).toBe(3);
});

test('a server without streams is asked again and again', async () => {
  const { polled, asked } = await run({
    heads: [{ origin: 'a', size: 5 }],
    connections: [{ fails: new Failure('not_found', 'there is no event with this id') }],
  });
  expect(asked).toHaveLength(1);
  expect(polled.slice(1)).toContain('actor:x seq:>=5');
});

test('when another log takes the place of this one, it is followed from its beginning', async () => {
  const { events, successions, asked } = await run({
    heads: [
      { origin: 'a', size: 5 },
      { origin: 'b', size: 2 },
    ],
    connections: [{ fails: new Failure('stream_gone', 'the log is b now') }, { texts: [message(eventAt(0, 'b'))] }],
  });
  expect(successions).toEqual(['b']);
  expect(events).toEqual(['b0']);
  expect(asked.map(({ after, log }) => `${log}${after}`)).toEqual(['a4', 'b-1', 'b0']);
});

test('what will not pass ends it: a key that is no good, a place that is gone', async () => {
  for (const code of ['unauthorized', 'stream_gone'] as const)
    await expect(run({ heads: [{ origin: 'a', size: 5 }], connections: [{ fails: new Failure(code, 'no') }] })).rejects.toMatchObject({
      code,
    });
});
