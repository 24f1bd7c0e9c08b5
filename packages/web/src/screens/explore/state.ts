// The state of explore, which is its address: query, range, the event that is open, and whether new events come live.

import { parse } from '@indelible/core/query';
import { useRouter, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useZone } from '../../shell/zone.tsx';
import { askedText, isRange, RANGE_DEFAULT } from './asked.ts';

export interface ExploreState {
  /** As it was typed; it may not be a query. */
  readonly q: string;
  readonly range: string;
  /** Of the event that is open. */
  readonly event: string | undefined;
  readonly live: boolean;
  /** The name of the zone, for the API. */
  readonly zone: string;
  /** Query and range as one query; undefined while that cannot be read. */
  readonly asked: string | undefined;
  /** Why it cannot be read. */
  readonly fault: unknown;
}

export interface Change {
  readonly q?: string;
  readonly range?: string;
  readonly event?: string | undefined;
  readonly live?: boolean;
}

export function useExplore(): ExploreState {
  const { q = '', range: written = RANGE_DEFAULT, event, live } = useSearch({ from: '/frame/explore' });
  const { zone } = useZone();
  return useMemo(() => {
    const range = isRange(written) ? written : RANGE_DEFAULT;
    try {
      parse(q);
      return { q, range, event, live: live === '1', zone, asked: askedText(q, range), fault: undefined };
    } catch (fault) {
      return { q, range, event, live: live === '1', zone, asked: undefined, fault };
    }
  }, [q, written, event, live, zone]);
}

/** Changes the address: another question is another entry of the history; what is open replaces the last one. */
export function useChange(): (change: Change) => void {
  const router = useRouter();
  return (change) => {
    const asksAnew = change.q !== undefined || change.range !== undefined;
    void router.navigate({
      to: '/explore',
      search: (before) => {
        const { tenant, zone, ...rest } = before;
        const kept = 'q' in rest || 'range' in rest || 'event' in rest || 'live' in rest ? rest : {};
        return {
          ...(tenant === undefined ? {} : { tenant }),
          ...(zone === undefined ? {} : { zone }),
          ...defined({
            ...kept,
            ...(change.q === undefined ? {} : { q: change.q }),
            ...(change.range === undefined ? {} : { range: change.range === RANGE_DEFAULT ? '' : change.range }),
            ...('event' in change ? { event: change.event } : {}),
            ...(change.live === undefined ? {} : { live: change.live ? '1' : '' }),
          }),
        };
      },
      replace: !asksAnew && !(change.event !== undefined && router.state.location.search.event === undefined),
      resetScroll: false,
    });
  };
}

function defined(search: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(search).flatMap(([name, value]) => (value === undefined || value === '' ? [] : [[name, value]])),
  );
}
