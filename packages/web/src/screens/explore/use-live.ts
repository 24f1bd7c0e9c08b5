// The live tail: new events come in by themselves while nobody is in the midst of the list, and wait to be let in else.

import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { useApi } from '../../api/client.ts';
import type { Event } from '../../api/queries.ts';
import { type FeedState, follow } from './live-feed.ts';

/** Beyond so many the list is read anew: it would grow without end. */
const FRESH_MAX = 1_000;
/** How often the list may change, at most. */
const LET_IN_MS = 250;

export interface Live {
  /** What came since the pages were read, the newest first. */
  readonly fresh: readonly Event[];
  /** How many wait. */
  readonly waiting: number;
  readonly letIn: () => void;
  readonly state: FeedState | 'off';
  readonly error: unknown;
}

interface LiveOptions {
  readonly on: boolean;
  readonly asked: string | undefined;
  readonly zone: string;
  /** Whether the list must hold still. */
  readonly isHeld: boolean;
  /** Reads the first page anew. */
  readonly restart: () => Promise<unknown>;
}

const NOTHING: readonly Event[] = [];

export function useLive({ on, asked, zone, isHeld, restart }: LiveOptions): Live {
  const { tenant } = useApi();
  const [fresh, setFresh] = useState(NOTHING);
  const [waiting, setWaiting] = useState(0);
  const [{ state, error }, setState] = useState<{ readonly state: Live['state']; readonly error: unknown }>({
    state: 'off',
    error: undefined,
  });
  const queue = useRef<Event[]>([]);
  const came = useRef(0);
  /** What came before it is read anew is on the page then; what comes meanwhile stays. */
  const readAnew = useEffectEvent(async (): Promise<void> => {
    const before = new Set(fresh);
    await restart();
    setFresh((now) => now.filter((event) => !before.has(event)));
  });

  const letIn = (): void => {
    const [events, count] = [queue.current, came.current];
    queue.current = [];
    came.current = 0;
    setWaiting(0);
    // Of more than could wait, the newest are not here, and a list with a hole in it would be wrong: the page is read anew.
    setFresh(count > events.length ? NOTHING : (before) => [...events.toReversed(), ...before]);
    if (count > events.length) void restart();
  };
  // Often things are drawn anew while events come: the clock below must not begin anew with each.
  const tick = useEffectEvent((): void => {
    if (isHeld) setWaiting(came.current);
    else if (came.current > 0) letIn();
  });

  const isFull = fresh.length > FRESH_MAX;
  useEffect(() => {
    if (isFull && !isHeld) void readAnew();
  }, [isFull, isHeld]);

  useEffect(() => {
    if (!on || asked === undefined || tenant === '') return undefined;
    const stopping = new AbortController();
    let wasOpen = false;
    void follow({
      tenant,
      q: asked,
      zone,
      signal: stopping.signal,
      onEvents: (events) => {
        came.current += events.length;
        if (queue.current.length < FRESH_MAX) queue.current.push(...events);
      },
      onState: (next, fault) => {
        setState((now) => (now.state === next && now.error === fault ? now : { state: next, error: fault }));
        // What was recorded between the page and the stream is on the page that is read now.
        if (next === 'open' && !wasOpen) void readAnew();
        wasOpen ||= next === 'open';
      },
    });
    return () => {
      stopping.abort();
      queue.current = [];
      came.current = 0;
      setFresh(NOTHING);
      setWaiting(0);
      setState({ state: 'off', error: undefined });
    };
  }, [on, asked, zone, tenant]);

  useEffect(() => {
    if (!on) return undefined;
    const timer = setInterval(() => tick(), LET_IN_MS);
    return () => clearInterval(timer);
  }, [on]);

  return { fresh, waiting, letIn, state, error };
}
