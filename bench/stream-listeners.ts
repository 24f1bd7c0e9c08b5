// A process that holds many live streams open, and tells how long their events took and whether all came, once and in order.

import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { Target } from './load.ts';

export interface Heard {
  readonly delivered: number;
  readonly expected: number;
  /** Milliseconds from sending to having, over all deliveries of what was sent after the warm-up. */
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
}

const OPENED_AT_ONCE = 50;
const PATIENCE_MS = 15_000;
/** Longer ones count as this long. */
const LATENCY_MS_MAX = 60_000;
const SENT_AT = Buffer.from('"occurredAt":"');
const SENT_BY = Buffer.from('"id":"usr_');
const TIME_CHARS = '2000-01-01T00:00:00.000Z'.length;
const END = Buffer.from('\n\n');

const histogram = new Uint32Array(LATENCY_MS_MAX + 1);
const counts: number[] = [];
let countFrom = Number.POSITIVE_INFINITY;

async function listen({ url, headers }: Target, q: string, listener: number): Promise<void> {
  counts[listener] = 0;
  const request = get(`${url}/v1/events/stream?q=${encodeURIComponent(q)}`, { headers, agent: false });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  if (response.statusCode !== 200) throw new Error(`a stream was answered with ${response.statusCode}`);
  let rest: Buffer = Buffer.alloc(0);
  let last = -1;
  response.on('data', (part: Buffer) => {
    const now = Date.now();
    const bytes = rest.length === 0 ? part : Buffer.concat([rest, part]);
    let from = 0;
    for (let end = bytes.indexOf(END); end !== -1; end = bytes.indexOf(END, from)) {
      last = note(bytes.subarray(from, end), now, listener, last);
      from = end + END.length;
    }
    rest = bytes.subarray(from);
  });
}

/** Counts an event; the place of the message. */
function note(message: Buffer, now: number, listener: number, last: number): number {
  const at = message.indexOf(SENT_AT);
  if (at === -1) {
    if (message.includes('event: dropped')) throw new Error(`a stream was dropped: ${message.toString()}`);
    return last;
  }
  const seq = Number.parseInt(message.toString('latin1', 'id: '.length, 24), 10);
  if (!(seq > last)) throw new Error(`sequence ${seq} came after ${last}`);
  // The trail's own, of the log's beginning and of who listens, nobody has sent.
  if (!message.includes(SENT_BY)) return seq;
  const from = at + SENT_AT.length;
  const sentAt = Date.parse(message.toString('latin1', from, from + TIME_CHARS));
  const slot = Math.min(Math.max(now - sentAt, 0), LATENCY_MS_MAX);
  if (sentAt >= countFrom) histogram[slot] = (histogram[slot] ?? 0) + 1;
  counts[listener] = (counts[listener] ?? 0) + 1;
  return seq;
}

function quantile(share: number): number {
  const total = histogram.reduce((sum, count) => sum + count, 0);
  let seen = 0;
  return histogram.findIndex((count) => (seen += count) >= total * share);
}

const [{ target, queries }] = (await once(process, 'message')) as [{ target: Target; queries: string[] }];
for (let first = 0; first < queries.length; first += OPENED_AT_ONCE)
  await Promise.all(queries.slice(first, first + OPENED_AT_ONCE).map((q, index) => listen(target, q, first + index)));
const begin = once(process, 'message');
process.send?.('open');
countFrom = ((await begin) as [{ countFrom: number }])[0].countFrom;
const finish = once(process, 'message');
const [{ expected }] = (await finish) as [{ expected: number[] }];
const patience = performance.now() + PATIENCE_MS;
while (counts.some((count, index) => count < (expected[index] ?? 0)) && performance.now() < patience) await wait(50);
if (counts.some((count, index) => count > (expected[index] ?? 0))) throw new Error('more came than was sent');
const sum = (numbers: readonly number[]): number => numbers.reduce((total, count) => total + count, 0);
process.send?.({
  delivered: sum(counts),
  expected: sum(expected),
  p50: quantile(0.5),
  p95: quantile(0.95),
  max: histogram.findLastIndex((count) => count > 0),
} satisfies Heard);
