// The HTTP API, typed from the document of the server: by the session's cookie, for the tenant that is looked at.

import { useSearch } from '@tanstack/react-router';
import createClient, { type Client as FetchClient } from 'openapi-fetch';
import type { paths } from './schema.ts';
import { type Problem, ProblemError } from './problem.ts';

export type Client = FetchClient<paths>;

const clients = new Map<string, Client>();

/** The client for a tenant; without one, for what is about the session alone. */
export function clientOf(tenant?: string): Client {
  const known = clients.get(tenant ?? '');
  if (known !== undefined) return known;
  // A tenant may have any name, and a header only letters of Latin-1: the server takes it percent-encoded.
  const headers = tenant === undefined ? {} : { 'Indelible-Tenant': headerOf(tenant) };
  const made = createClient<paths>({ baseUrl: window.location.origin, headers });
  clients.set(tenant ?? '', made);
  return made;
}

/** @example await fetch(address, { headers: { 'Indelible-Tenant': headerOf(tenant) } }) */
export function headerOf(tenant: string): string {
  return encodeURIComponent(tenant);
}

/**
 * What the API answers, or its problem as an error.
 *
 * @throws ProblemError; TypeError when the server cannot be reached
 * @example await answerOf(api.GET('/v1/events/{id}', { params: { path: { id } }, signal }))
 */
export async function answerOf<Data>(asked: Promise<{ data?: Data; error?: unknown; response: Response }>): Promise<Data> {
  const { data, error, response } = await asked;
  if (response.ok) return data as Data;
  throw new ProblemError(problemOf(error, response));
}

/** The problem of an answer; one of our own where something else than the server answered, such as a proxy. */
export function problemOf(error: unknown, response: Response): Problem {
  if (typeof error === 'object' && error !== null && 'code' in error) return error as Problem;
  const { status } = response;
  return {
    type: 'about:blank',
    title: `The server answered ${String(status)}`,
    status,
    detail: typeof error === 'string' ? error.slice(0, 200) : '',
    code: 'internal',
    hint: 'Try again. If it stays so, tell whoever operates the server.',
  };
}

export interface Api {
  readonly api: Client;
  /** The tenant that is looked at: the first part of every query key. */
  readonly tenant: string;
}

/** @example const { api, tenant } = useApi(); useQuery({ queryKey: [tenant, 'event', id], queryFn: ... }) */
export function useApi(): Api {
  const { tenant = '' } = useSearch({ strict: false });
  return { api: clientOf(tenant === '' ? undefined : tenant), tenant };
}
