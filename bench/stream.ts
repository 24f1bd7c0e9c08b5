// stream: a thousand live streams on one log, from the moment when an event is sent until each of them has it. The server is new
// when it begins: events of the first seconds must come as well, but how long they take does not count.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import type { Bench } from './bench.ts';
import { besideUs } from './child.ts';
import { figure } from './figure.ts';
import type { Target } from './load.ts';
import { makeSampleIds, sampleEvent } from './sample.ts';
import { withServer } from './served.ts';
import type { Heard } from './stream-listeners.ts';
import { withCluster } from './trail.ts';

const SECONDS = 30;
const WARM_UP_SECONDS = 3;
const EVENTS_PER_SECOND = 500;
const EVENTS_A_REQUEST = 25;
const LISTENERS = 1_000;
const WITHIN_MS = 1_000;

/** One listener in ten sees everything; the others look at one of 30 actors each. */
const EVERYTHING_SHARE = 10;
const ACTORS = 30;

export const stream: Bench = {
  name: 'stream',
  run: async (ctx, tell) => {
    const seconds = ctx.options.seconds ?? SECONDS;
    ctx.say(`stream: ${LISTENERS} listeners, ${EVENTS_PER_SECOND} events/s, ${WARM_UP_SECONDS} + ${seconds} s`);
    const heard = await withCluster((cluster) =>
      withServer(cluster, ctx.options.profile, (target) => listenWhile(target, () => send(target, WARM_UP_SECONDS + seconds))),
    );
    ctx.say(
      `stream: ${heard.delivered.toLocaleString('en')} deliveries, p50 ${heard.p50} ms, p95 ${heard.p95} ms, at most ${heard.max} ms`,
    );
    tell(figure({ bench: 'stream-p95', value: heard.p95, unit: 'ms', floor: null, goal: WITHIN_MS, atMost: true }));
    tell(figure({ bench: 'stream-max', value: heard.max, unit: 'ms', floor: null, goal: WITHIN_MS, atMost: true }));
    tell(figure({ bench: 'stream-delivered', value: heard.delivered, unit: 'events', floor: heard.expected, goal: 1 }));
  },
};

/** Opens the streams in a process of its own, and waits until each has what it asked for. */
async function listenWhile(target: Target, work: () => Promise<readonly number[]>): Promise<Heard> {
  const queries = Array.from({ length: LISTENERS }, (_, index) => (index % EVERYTHING_SHARE === 0 ? '' : `actor:usr_${index % ACTORS}`));
  const child = fork(besideUs('stream-listeners.js'));
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the listeners ended (${code}) before they had told what they heard`);
  });
  ended.catch(() => undefined);
  try {
    const opened = once(child, 'message');
    child.send({ target, queries });
    await Promise.race([opened, ended]);
    child.send({ countFrom: Date.now() + WARM_UP_SECONDS * 1_000 });
    const sent = await work();
    const total = sent.reduce((sum, count) => sum + count, 0);
    const told = once(child, 'message');
    child.send({ expected: queries.map((q, index) => (q === '' ? total : (sent[index % ACTORS] ?? 0))) });
    const [heard] = (await Promise.race([told, ended])) as [Heard];
    return heard;
  } finally {
    child.kill();
  }
}

/** Sends events at a steady rate; how many of each actor. */
async function send(target: Target, seconds: number): Promise<number[]> {
  const newId = makeSampleIds();
  const sent = Array.from({ length: ACTORS }, () => 0);
  const requests = Math.round((seconds * EVENTS_PER_SECOND) / EVENTS_A_REQUEST);
  const answers: Promise<void>[] = [];
  const begun = performance.now();
  for (let request = 0; request < requests; request++) {
    await wait(Math.max(0, begun + (request * EVENTS_A_REQUEST * 1_000) / EVENTS_PER_SECOND - performance.now()));
    const now = Date.now();
    const events = Array.from({ length: EVENTS_A_REQUEST }, (_, index) => {
      const actor = (request * EVENTS_A_REQUEST + index) % ACTORS;
      sent[actor] = (sent[actor] ?? 0) + 1;
      return {
        ...sampleEvent(request * EVENTS_A_REQUEST + index, newId(now), new Date(now).toISOString()),
        actor: { type: 'user', id: `usr_${actor}` },
      };
    });
    answers.push(post(target, events));
  }
  await Promise.all(answers);
  return sent;
}

async function post(target: Target, events: readonly object[]): Promise<void> {
  const response = await fetch(`${target.url}/v1/events`, {
    method: 'POST',
    headers: { ...target.headers, 'content-type': 'application/json' },
    body: JSON.stringify(events),
  });
  await response.arrayBuffer();
  if (response.status !== 201) throw new Error(`a request was answered with ${response.status}`);
}
