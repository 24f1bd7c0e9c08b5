// What goes over the wire: server-sent events (WHATWG HTML, 9.2). A message without data changes the place from which a
// client resumes and is seen by nobody, so a quiet stream can say how far it has come.

import type { PresentedEvent } from '../query/present.ts';

/** Why a stream was ended by the server. */
export type DropReason = 'slow' | 'key_revoked' | 'server_stopping' | 'log_succeeded' | 'stream_gone' | 'internal';

const RETRY_MS = 2_000;

/** The first message: how soon to come again, and the place from which this stream begins. */
export function openingMessage(lastSeq: number): Uint8Array {
  return Buffer.from(`retry: ${RETRY_MS}\nid: ${lastSeq}\n\n`);
}

export function eventMessage(event: PresentedEvent): Uint8Array {
  return Buffer.from(`id: ${event.seq}\nevent: event\ndata: ${JSON.stringify(event)}\n\n`);
}

/** Everything up to and with `lastSeq` was looked at; nothing of it is still to come. */
export function heartbeatMessage(lastSeq: number): Uint8Array {
  return Buffer.from(`: still here\nid: ${lastSeq}\n\n`);
}

/** The last message of a stream that the server ends. */
export function droppedMessage(reason: DropReason, lastSeq: number): Uint8Array {
  return Buffer.from(`id: ${lastSeq}\nevent: dropped\ndata: ${JSON.stringify({ reason, lastEventId: String(lastSeq) })}\n\n`);
}
