// Exports: asking for one, following it, and the list of them.

import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { type Api, answerOf } from '../../api/client.ts';
import type { components } from '../../api/schema.ts';

export type Export = components['schemas']['Export'];
export type Format = Export['format'];

const POLL_MS = 500;
const LIST_POLL_MS = 1_500;
const PAGE = 50;

export function isUnderWay({ state }: Pick<Export, 'state'>): boolean {
  return state === 'queued' || state === 'running';
}

/** Newest first; asked again while one is under way. */
export function exportsQuery({ api, tenant }: Api) {
  return infiniteQueryOptions({
    queryKey: [tenant, 'exports'],
    queryFn: ({ signal, pageParam }) =>
      answerOf(api.GET('/v1/exports', { params: { query: { limit: PAGE, ...(pageParam === '' ? {} : { cursor: pageParam }) } }, signal })),
    initialPageParam: '',
    getNextPageParam: ({ next }) => next,
    refetchInterval: ({ state }) => (state.data?.pages.some(({ exports }) => exports.some(isUnderWay)) === true ? LIST_POLL_MS : false),
  });
}

/** One export, followed until it is over. */
export function exportQuery({ api, tenant }: Api, id: string) {
  return queryOptions({
    queryKey: [tenant, 'export', id],
    queryFn: ({ signal }) => answerOf(api.GET('/v1/exports/{id}', { params: { path: { id } }, signal })),
    refetchInterval: ({ state }) => (state.data === undefined || isUnderWay(state.data) ? POLL_MS : false),
  });
}

export interface Preview {
  readonly count: number;
  /** There are at least so many. */
  readonly estimate: boolean;
}

/** How many events a query has, as the list on the screen says it. */
export function previewQuery({ api, tenant }: Api, q: string, zone: string) {
  return queryOptions({
    queryKey: [tenant, 'export preview', q, zone],
    staleTime: 0,
    queryFn: async ({ signal }): Promise<Preview> => {
      const { fields, estimate } = await answerOf(
        api.GET('/v1/stats/facets', { params: { query: { q, zone, fields: 'outcome' } }, signal }),
      );
      const { values = [], other = 0 } = fields.outcome ?? {};
      return { count: values.reduce((sum, value) => sum + value.count, other), estimate };
    },
  });
}
