// Following a log by its live stream: every event that matches, once, in the order of the log. A stream that breaks is taken
// up again where it broke. A server that has no streams is asked again and again, as follow.ts does.

import { Failure } from '@indelible/core';
import type { PresentedEvent } from '../query/present.ts';
import { type ApiClient, isPassing, type OpenStream } from './api-client.ts';
import { type FollowOptions, type Head, poll, readHead, readPast, RETRY_MS } from './follow.ts';
import { readMessages } from './read-messages.ts';

/** The server speaks at least every 15 seconds; one that is silent for so long is taken for gone. */
const SILENCE_MS_MAX = 45_000;

/** A stream that is followed: `head` moves with what was seen. */
interface Following {
  head: Head;
}

export async function* followStream(
  client: ApiClient,
  open: OpenStream,
  options: FollowOptions & { readonly silenceMsMax?: number },
): AsyncGenerator<PresentedEvent> {
  const at: Following = { head: await readHead(client) };
  yield* await readPast(client, options, at.head);
  while (!options.signal.aborted) {
    try {
      yield* readStream(open, options, at);
      if (!options.signal.aborted) await options.sleep(RETRY_MS);
    } catch (error) {
      if (options.signal.aborted) return;
      if (!(error instanceof Failure)) throw error;
      if (error.code === 'not_found' && error.cause === undefined) {
        yield* poll(client, options, at.head);
        return;
      }
      if (error.code === 'stream_gone') await succeed(client, options, at, error);
      else if (isPassing(error)) {
        options.onFault(error);
        await options.sleep((error.details.retryAfterSeconds ?? 0) * 1_000 || RETRY_MS);
      } else throw error;
    }
  }
}

/** The events of one connection, until it ends or breaks. */
async function* readStream(
  open: OpenStream,
  options: FollowOptions & { readonly silenceMsMax?: number },
  at: Following,
): AsyncGenerator<PresentedEvent> {
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(), options.silenceMsMax ?? SILENCE_MS_MAX);
  const { origin: log, size } = at.head;
  try {
    const parameters = { q: options.q, after: size - 1, log };
    const response = await open('/v1/events/stream', parameters, AbortSignal.any([options.signal, silence.signal]));
    if (response.body === null) return;
    for await (const message of readMessages(response.body)) {
      timer.refresh();
      if (message.event === 'event' && message.data !== '') {
        const event = JSON.parse(message.data) as PresentedEvent;
        at.head = { origin: event.log, size: event.seq + 1 };
        yield event;
      } else if (/^\d+$/.test(message.id)) at.head = { ...at.head, size: Number(message.id) + 1 };
      if (message.event === 'dropped') return;
    }
  } catch (error) {
    if (error instanceof Failure || options.signal.aborted) throw error;
    throw new Failure('store_unavailable', 'the connection to the server broke', {}, { cause: error as Error });
  } finally {
    clearTimeout(timer);
    silence.abort();
  }
}

/** Another log may have taken the place of the one that was followed: it is followed from its beginning. */
async function succeed(client: ApiClient, options: FollowOptions, at: Following, error: Failure): Promise<void> {
  const head = await readHead(client).catch((fault: unknown) => {
    if (fault instanceof Failure && isPassing(fault)) return undefined;
    throw fault;
  });
  if (head?.origin === undefined) {
    // Its first checkpoint is still to come.
    await options.sleep(RETRY_MS);
    return;
  }
  if (head.origin === at.head.origin) throw error;
  options.onSuccession(head.origin);
  at.head = { origin: head.origin, size: 0 };
}
