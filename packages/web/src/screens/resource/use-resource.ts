// What the page asks for: the versions page by page, the state at an instant, comparisons, ways back.

import { useInfiniteQuery, useQuery, keepPreviousData } from '@tanstack/react-query';
import { answerOf, useApi } from '../../api/client.ts';
import type { components } from '../../api/schema.ts';

type Page = components['schemas']['Resource'];
export type Version = Page['versions'][number];
export type State = components['schemas']['ResourceState'];
export type Comparison = components['schemas']['ResourceComparison'];
export type Doubt = components['schemas']['Doubt'];
export type Blame = components['schemas']['Blame'];

export interface Subject {
  readonly type: string;
  readonly id: string;
}

const PAGE_EVENTS = 100;

export function useHistory({ type, id }: Subject) {
  const { api, tenant } = useApi();
  return useInfiniteQuery({
    queryKey: [tenant, 'resource', type, id, 'versions'],
    queryFn: ({ signal, pageParam }) => {
      const query = { limit: PAGE_EVENTS, ...(pageParam === '' ? {} : { cursor: pageParam }) };
      return answerOf(api.GET('/v1/resources/{type}/{id}', { params: { path: { type, id }, query }, signal }));
    },
    initialPageParam: '',
    getNextPageParam: ({ next }) => next,
  });
}

/** @param at RFC 3339; now when it is absent */
export function useStateAt({ type, id }: Subject, at: string | undefined) {
  const { api, tenant } = useApi();
  return useQuery({
    queryKey: [tenant, 'resource', type, id, 'state', at ?? 'now'],
    queryFn: ({ signal }) => {
      const query = at === undefined ? {} : { at };
      return answerOf(api.GET('/v1/resources/{type}/{id}/state', { params: { path: { type, id }, query }, signal }));
    },
    placeholderData: keepPreviousData,
  });
}

export function useComparison({ type, id }: Subject, from: string, to: string) {
  const { api, tenant } = useApi();
  return useQuery({
    queryKey: [tenant, 'resource', type, id, 'compare', from, to],
    queryFn: ({ signal }) =>
      answerOf(api.GET('/v1/resources/{type}/{id}/compare', { params: { path: { type, id }, query: { from, to } }, signal })),
    placeholderData: keepPreviousData,
  });
}

export function useReverse({ type, id }: Subject, event: string) {
  const { api, tenant } = useApi();
  return useQuery({
    queryKey: [tenant, 'resource', type, id, 'reverse', event],
    queryFn: ({ signal }) =>
      answerOf(api.GET('/v1/resources/{type}/{id}/reverse', { params: { path: { type, id }, query: { event } }, signal })),
  });
}

/** The name of a party, or that nobody known did it. */
export function nameOf(actor: components['schemas']['Actor'] | undefined, nobody: string): string {
  return actor?.name ?? actor?.email ?? actor?.id ?? nobody;
}
