// What many screens ask for: who has signed in, which tenants there are, and the client that keeps answers.

import { QueryCache, MutationCache, QueryClient, queryOptions } from '@tanstack/react-query';
import { answerOf, clientOf } from './client.ts';
import { codeOf, mayPass } from './problem.ts';
import type { components } from './schema.ts';

export type SignedIn = components['schemas']['SignedIn'];
export type Event = components['schemas']['Event'];

const RETRIES = 2;

/** @param onSessionEnd called when the server says that nobody is signed in any more */
export function makeQueryClient(onSessionEnd: () => void): QueryClient {
  const onError = (error: unknown): void => {
    if (codeOf(error) === 'unauthorized') onSessionEnd();
  };
  return new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: { staleTime: 15_000, retry: (failures, error) => failures < RETRIES && mayPass(error), refetchOnWindowFocus: false },
      mutations: { retry: false },
    },
  });
}

/** Who has signed in, and what they are in which tenant. */
export function sessionQuery() {
  return queryOptions({
    queryKey: ['session'],
    queryFn: ({ signal }) => answerOf(clientOf().GET('/v1/session', { signal })),
    staleTime: 5 * 60_000,
    retry: (failures, error) => failures < RETRIES && mayPass(error),
  });
}

/** The tenants that whoever has signed in may look at, whose name begins with a text. */
export function tenantsQuery(prefix = '') {
  return queryOptions({
    queryKey: ['tenants', prefix],
    queryFn: ({ signal }) => answerOf(clientOf().GET('/v1/tenants', { params: { query: prefix === '' ? {} : { prefix } }, signal })),
    staleTime: 60_000,
  });
}
