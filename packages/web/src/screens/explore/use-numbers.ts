// The numbers beside the list: bars over time, and the values of each facet.

import { parse, print } from '@indelible/core/query';
import { useQueries, useQuery } from '@tanstack/react-query';
import { answerOf, useApi } from '../../api/client.ts';
import type { components } from '../../api/schema.ts';
import { spanOf } from './asked.ts';
import { type Facet, FACETS, selectionOf, withoutFacet } from './facet-terms.ts';

export type Histogram = components['schemas']['Histogram'];
export type FacetCounts = components['schemas']['FacetCounts'];

const DAY = 86_400_000;

/** Bars by the hour for some days, by the day for some months; the server chooses beyond, and where an end is open. */
function bucketOf(range: string, zone: string): 'hour' | 'day' | 'auto' {
  const nowMs = Date.now();
  const { fromMs, toMs = nowMs } = spanOf(range, nowMs, zone);
  if (fromMs === undefined) return 'auto';
  return toMs - fromMs <= 3.5 * DAY ? 'hour' : toMs - fromMs <= 100 * DAY ? 'day' : 'auto';
}

export function useHistogram(asked: string | undefined, range: string, zone: string, isLive: boolean) {
  const { api, tenant } = useApi();
  const bucket = bucketOf(range, zone);
  return useQuery({
    queryKey: [tenant, 'histogram', asked ?? '', bucket, zone],
    queryFn: ({ signal }) => answerOf(api.GET('/v1/stats/histogram', { params: { query: { q: asked ?? '', zone, bucket } }, signal })),
    enabled: asked !== undefined && tenant !== '',
    placeholderData: (before) => before,
    refetchInterval: isLive ? 5_000 : false,
  });
}

export type FacetAnswers = Readonly<Partial<Record<Facet, FacetCounts>>>;

/** Each facet is counted without what it says itself, so that its other values can be picked. */
export function useFacets(
  asked: string | undefined,
  zone: string,
  isOn: boolean,
): { readonly counts: FacetAnswers; readonly isStale: boolean; readonly error: unknown } {
  const { api, tenant } = useApi();
  const questions = new Map<string, Facet[]>();
  if (asked !== undefined) {
    const query = parse(asked);
    for (const facet of FACETS) {
      const { included, excluded } = selectionOf(query, facet);
      const q = included.length + excluded.length === 0 ? asked : print(withoutFacet(query, facet));
      questions.set(q, [...(questions.get(q) ?? []), facet]);
    }
  }
  const answers = useQueries({
    queries: [...questions].map(([q, facets]) => ({
      queryKey: [tenant, 'facets', q, facets.join(','), zone],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        answerOf(api.GET('/v1/stats/facets', { params: { query: { q, zone, fields: facets.join(',') } }, signal })),
      enabled: isOn && tenant !== '',
    })),
  });
  const counts: FacetAnswers = Object.assign({}, ...answers.map(({ data }) => data?.fields ?? {}));
  return { counts, isStale: answers.some(({ isFetching }) => isFetching), error: answers.find(({ error }) => error !== null)?.error };
}
