// What the page asks for: the summary, the hours of four weeks, and the events of three lists.

import { quotedValue } from '@indelible/core/query';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { answerOf, useApi } from '../../api/client.ts';
import { useZone } from '../../shell/zone.tsx';
import { PRIVILEGED } from '../overview/queries.ts';
import { pageOf } from '../overview/use-signals.ts';

export const RANGES = ['-7d', '-30d', '-90d'] as const;
export type Range = (typeof RANGES)[number];

const HEAT_RANGE = '-28d';
const LIST_EVENTS_MAX = 100;

/** The choice that an address writes; the longest by default. */
export function rangeOf(written: string | undefined): Range {
  return RANGES.find((range) => range === written) ?? '-90d';
}

export function useActor(id: string, range: Range) {
  const { api, tenant } = useApi();
  const { zone } = useZone();
  return useQuery({
    queryKey: [tenant, 'actor', id, range, zone],
    queryFn: ({ signal }) => answerOf(api.GET('/v1/actors/{id}', { params: { path: { id }, query: { from: range, zone } }, signal })),
    placeholderData: keepPreviousData,
  });
}

export function useHours(id: string) {
  const { api, tenant } = useApi();
  const { zone } = useZone();
  const query = { q: `actor.id:${quotedValue(id)}`, from: HEAT_RANGE, bucket: 'hour', zone } as const;
  return useQuery({
    queryKey: [tenant, 'actor', id, 'hours', zone],
    queryFn: ({ signal }) => answerOf(api.GET('/v1/stats/histogram', { params: { query }, signal })),
    staleTime: 60_000,
  });
}

export function useEvents(q: string) {
  const { api, tenant } = useApi();
  return useQuery({
    queryKey: [tenant, 'actor', 'events', q],
    queryFn: ({ signal }) => pageOf({ api, signal }, q, LIST_EVENTS_MAX),
  });
}

/** The questions of the lists, by the id of the actor. */
export function listsOf(id: string): { readonly privileged: string; readonly behalf: string; readonly about: string } {
  const value = quotedValue(id);
  return {
    privileged: `actor.id:${value} ${PRIVILEGED}`,
    behalf: `onbehalfof:${value} -operation:read`,
    about: `resource.id:${value} -actor.id:${value} -operation:read`,
  };
}
