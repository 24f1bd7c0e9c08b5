// The numbers of the overview: from counters, so that they cost the same whatever a trail holds.

import { CATEGORIES } from '@indelible/core/event';
import { keepPreviousData, useQueries, useQuery } from '@tanstack/react-query';
import { answerOf, useApi } from '../../api/client.ts';
import type { components } from '../../api/schema.ts';
import { useZone } from '../../shell/zone.tsx';
import type { Range } from './range.ts';

export type Histogram = components['schemas']['Histogram'];

/** How many events there are by attribution and by outcome. */
export function useFacets(range: Range) {
  const { api, tenant } = useApi();
  return useQuery({
    queryKey: [tenant, 'overview', 'facets', range],
    queryFn: ({ signal }) =>
      answerOf(api.GET('/v1/stats/facets', { params: { query: { from: range, fields: 'attribution,outcome' } }, signal })),
    placeholderData: keepPreviousData,
  });
}

/** A histogram of each category, in the order of the catalogue. */
export function useCategories(range: Range) {
  const { api, tenant } = useApi();
  const { zone } = useZone();
  const bucket = range === '-24h' ? 'hour' : 'day';
  return useQueries({
    queries: CATEGORIES.map((category) => ({
      queryKey: [tenant, 'overview', 'category', category, range, zone],
      queryFn: ({ signal }: { readonly signal: AbortSignal }) =>
        answerOf(api.GET('/v1/stats/histogram', { params: { query: { q: `category:${category}`, from: range, zone, bucket } }, signal })),
      placeholderData: keepPreviousData<Histogram>,
    })),
  });
}

type FacetField = keyof components['schemas']['Facets']['fields'];

/** How many events have a value; 0 for one that is not listed. */
export function countOf(facets: components['schemas']['Facets'] | undefined, field: FacetField, value: string): number {
  return facets?.fields[field]?.values.find((entry) => entry.value === value)?.count ?? 0;
}

export function totalOf(facets: components['schemas']['Facets'], field: FacetField): number {
  const counts = facets.fields[field];
  return counts === undefined ? 0 : counts.values.reduce((sum, { count }) => sum + count, counts.other);
}
