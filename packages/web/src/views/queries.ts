// Saved views: asking for them, and changing them.

import { queryOptions, useQueryClient } from '@tanstack/react-query';
import { type Api, answerOf, useApi } from '../api/client.ts';
import type { components } from '../api/schema.ts';
import { writeSearch } from '../shell/search.ts';

export type SavedView = components['schemas']['SavedView'];

/** What of an address a view keeps. */
export interface Asked {
  readonly query: string;
  /** As in the address: what stands after `at:` in a query. */
  readonly range?: string | undefined;
  readonly zone?: string | undefined;
}

export function viewsQuery({ api, tenant }: Api) {
  return queryOptions({
    queryKey: [tenant, 'views'],
    queryFn: ({ signal }) => answerOf(api.GET('/v1/views', { signal })),
    staleTime: 60_000,
  });
}

/** @example hrefOfView(view, 'org_acme') // '/explore?q=outcome:denied&range=-24h&tenant=org_acme' */
export function hrefOfView({ query, range, zone }: Asked, tenant: string): string {
  return `/explore${writeSearch({ q: query, range, zone, tenant })}`;
}

export type NewView = Asked & { readonly name: string; readonly shared: boolean };

function bodyOf({ name, query, range, zone, shared }: NewView) {
  return { name, query, shared, ...(range === undefined ? {} : { range }), ...(zone === undefined ? {} : { zone }) };
}

export interface ViewChanges {
  readonly save: (view: NewView) => Promise<SavedView>;
  readonly change: (id: string, change: { readonly name?: string; readonly shared?: boolean }) => Promise<SavedView>;
  readonly remove: (id: string) => Promise<void>;
}

/** Each asks for the list again when it is done. @throws ProblemError */
export function useViewChanges(): ViewChanges {
  const { api, tenant } = useApi();
  const queryClient = useQueryClient();
  const refreshed = async <Result>(work: Promise<Result>): Promise<Result> => {
    const result = await work;
    await queryClient.invalidateQueries({ queryKey: [tenant, 'views'] });
    return result;
  };
  return {
    save: (view) => refreshed(answerOf(api.POST('/v1/views', { body: bodyOf(view) }))),
    change: (id, body) => refreshed(answerOf(api.POST('/v1/views/{id}', { params: { path: { id } }, body }))),
    remove: async (id) => {
      await refreshed(answerOf(api.POST('/v1/views/{id}/delete', { params: { path: { id } } })));
    },
  };
}
