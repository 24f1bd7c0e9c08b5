// What the settings ask for, by tenant.

import { type QueryClient, queryOptions, useQueryClient } from '@tanstack/react-query';
import { type Api, answerOf, useApi } from '../../api/client.ts';
import type { components } from '../../api/schema.ts';

type Schemas = components['schemas'];
export type Person = Schemas['Person'];
export type Invitation = Schemas['Invitation'];
export type ApiKey = Schemas['ApiKey'];
export type Source = Schemas['SourceCoverage'];
export type Table = Schemas['TableCoverage'];
export type Session = Schemas['Session'];

export function peopleQuery({ api, tenant }: Api) {
  return queryOptions({ queryKey: [tenant, 'people'], queryFn: ({ signal }) => answerOf(api.GET('/v1/people', { signal })) });
}

export function invitationsQuery({ api, tenant }: Api) {
  return queryOptions({
    queryKey: [tenant, 'invitations'],
    queryFn: ({ signal }) => answerOf(api.GET('/v1/people/invitations', { signal })),
  });
}

export function keysQuery({ api, tenant }: Api) {
  return queryOptions({ queryKey: [tenant, 'keys'], queryFn: ({ signal }) => answerOf(api.GET('/v1/keys', { signal })) });
}

export function coverageQuery({ api, tenant }: Api) {
  return queryOptions({
    queryKey: [tenant, 'coverage'],
    queryFn: ({ signal }) => answerOf(api.GET('/v1/coverage', { signal })),
    refetchInterval: 10_000,
  });
}

export function sessionsQuery({ api }: Api) {
  return queryOptions({ queryKey: ['sessions'], queryFn: ({ signal }) => answerOf(api.GET('/v1/sessions', { signal })) });
}

/** Asks again for what a change has made other, under the tenant that is looked at. */
export function useRefresh(...names: readonly string[]): () => Promise<void> {
  const queryClient: QueryClient = useQueryClient();
  const { tenant } = useApi();
  return async () => {
    await Promise.all(names.map(async (name) => queryClient.invalidateQueries({ queryKey: [tenant, name] })));
  };
}
