// Names of actors for the facets, which count by id: from the events that are there, and of the most frequent others from the
// newest event of each.

import { quotedValue } from '@indelible/core/query';
import { useQueries } from '@tanstack/react-query';
import { useMemo } from 'react';
import { answerOf, useApi } from '../../api/client.ts';
import type { Event } from '../../api/queries.ts';
import type { FacetAnswers } from './use-numbers.ts';

/** As many as a facet shows before it is asked for more. */
const ASKED_MAX = 6;

/** @returns names by id; whose name is not known is not in it */
export function useActorNames(events: readonly Event[], counts: FacetAnswers): ReadonlyMap<string, string> {
  const { api, tenant } = useApi();
  const known = useMemo(() => new Map(events.flatMap(nameOf)), [events]);
  const unknown = (counts['actor.id']?.values ?? [])
    .slice(0, ASKED_MAX)
    .map(({ value }) => value)
    .filter((id) => !known.has(id));
  const found = useQueries({
    queries: unknown.map((id) => ({
      queryKey: [tenant, 'actor name', id],
      queryFn: async ({ signal }: { signal: AbortSignal }) => {
        const page = await answerOf(api.GET('/v1/events', { params: { query: { q: `actor.id:${quotedValue(id)}`, limit: 1 } }, signal }));
        return 'events' in page ? page.events.flatMap(nameOf) : [];
      },
      staleTime: Infinity,
    })),
  });
  return new Map([...known, ...found.flatMap(({ data }) => data ?? [])]);
}

function nameOf({ actor: { id, name } }: Event): readonly (readonly [string, string])[] {
  return id === undefined || name === undefined ? [] : [[id, name]];
}
