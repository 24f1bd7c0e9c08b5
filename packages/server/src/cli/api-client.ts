// A small client of the server's own HTTP API, for the commands that ask it.

import { ERRORS, type ErrorCode, Failure, type FailureDetails } from '@indelible/core';

export interface ApiAccess {
  /** Where the server is, for example http://127.0.0.1:8787. */
  readonly url: string;
  readonly key?: string | undefined;
  /** For a key that is good for all tenants. */
  readonly tenant?: string | undefined;
}

export type ApiParameters = Readonly<Record<string, string | number | undefined>>;

export interface ApiClient {
  /**
   * The JSON of an answer.
   *
   * @param path begins with a slash; its parts are encoded already
   * @throws Failure with the code, the detail and the position that the server gave
   */
  get<Answer>(path: string, parameters?: ApiParameters): Promise<Answer>;
}

export interface ApiWriter extends ApiClient {
  /** The same, of a request with a body. */
  post<Answer>(path: string, body: object): Promise<Answer>;
}

/** Opens an answer that has no end of its own; the signal ends it. */
export type OpenStream = (path: string, parameters: ApiParameters, signal: AbortSignal) => Promise<Response>;

const REQUEST_MS_MAX = 30_000;

function headersOf(access: ApiAccess, accept: string): Record<string, string> {
  const headers: Record<string, string> = { accept };
  if (access.key !== undefined) headers['authorization'] = `Bearer ${access.key}`;
  if (access.tenant !== undefined) headers['indelible-tenant'] = access.tenant;
  return headers;
}

/** @throws what ApiClient throws, from the function that it answers */
export function makeStreamClient(access: ApiAccess): OpenStream {
  return async (path, parameters, signal) => {
    const response = await send(address(access.url, path, parameters), headersOf(access, 'text/event-stream'), signal);
    if (!response.ok) throw await failureOf(response);
    return response;
  };
}

/** @example await makeApiClient({ url, key }).get<Page>('/v1/events', { q: 'actor:maria', limit: 10 }); */
export function makeApiClient(access: ApiAccess): ApiWriter {
  const headers = headersOf(access, 'application/json');
  const read = async <Answer>(response: Response): Promise<Answer> => {
    if (!response.ok) throw await failureOf(response);
    try {
      return (await response.json()) as Answer;
    } catch (cause) {
      throw unreachable(access.url, 'its answer broke off or is no JSON', cause);
    }
  };
  return {
    get: async <Answer>(path: string, parameters: ApiParameters = {}): Promise<Answer> =>
      read(await send(address(access.url, path, parameters), headers)),
    post: async <Answer>(path: string, body: object): Promise<Answer> =>
      read(await send(address(access.url, path, {}), { ...headers, 'content-type': 'application/json' }, undefined, JSON.stringify(body))),
  };
}

function address(base: string, path: string, parameters: ApiParameters): URL {
  let url: URL;
  try {
    url = new URL(base.replace(/\/+$/, '') + path);
  } catch {
    throw new Failure('parameter_invalid', `--server: "${base}" is not an address such as http://127.0.0.1:8787`);
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new Failure('parameter_invalid', `--server: expected http:// or https://, got "${base}"`);
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) url.searchParams.set(name, String(value));
  return url;
}

async function send(
  url: URL,
  headers: Record<string, string>,
  signal = AbortSignal.timeout(REQUEST_MS_MAX),
  body?: string,
): Promise<Response> {
  let request: Request;
  try {
    request = new Request(url, { headers, signal, ...(body === undefined ? {} : { method: 'POST', body }) });
  } catch {
    throw new Failure('parameter_invalid', 'the key or the tenant holds a character that no HTTP header can carry');
  }
  try {
    return await fetch(request);
  } catch (cause) {
    throw unreachable(url.origin, 'no server answers there', cause);
  }
}

function unreachable(url: string, why: string, thrown: unknown): Failure {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const cause = error.cause instanceof Error ? error.cause : error;
  return new Failure('server_unreachable', `${url}: ${why}`, {}, { cause });
}

/** Whether it may be better in a moment: the server or its database is away, or it asked to wait. */
export function isPassing(failure: Failure): boolean {
  return failure.cause !== undefined || failure.status >= 500 || failure.status === 429;
}

async function failureOf(response: Response): Promise<Failure> {
  const problem: unknown = await response.json().catch(() => undefined);
  if (typeof problem !== 'object' || problem === null || !('code' in problem) || !isKnown(problem.code)) {
    return new Failure(codeOfStatus(response.status), `the server answered ${response.status} ${response.statusText} without saying why`);
  }
  const { detail, requestId, position, pointer } = problem as { readonly [key: string]: unknown };
  const details: FailureDetails = {
    ...(typeof position === 'number' ? { position } : {}),
    ...(typeof pointer === 'string' ? { pointer } : {}),
    ...retryAfter(response),
  };
  const told = typeof detail === 'string' ? detail : ERRORS[problem.code].title;
  const suffix = response.status >= 500 && typeof requestId === 'string' ? ` (request ${requestId})` : '';
  return new Failure(problem.code, told + suffix, details);
}

function isKnown(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(ERRORS, code);
}

function codeOfStatus(status: number): ErrorCode {
  const known: Readonly<Record<number, ErrorCode>> = {
    401: 'unauthorized',
    403: 'forbidden',
    404: 'not_found',
    429: 'rate_limited',
    503: 'store_unavailable',
  };
  return known[status] ?? 'internal';
}

function retryAfter(response: Response): FailureDetails {
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? { retryAfterSeconds: seconds } : {};
}
