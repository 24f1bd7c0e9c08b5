// What an outsider needs of a server: its answers as JSON and as bytes, over plain HTTP.

import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '@indelible/core';

export interface RemoteOptions {
  /** For example https://audit.example.com */
  readonly url: string;
  /** An API key with the scope read; a public log needs none. */
  readonly key?: string | undefined;
  /** For a key that is good for all tenants. */
  readonly tenant?: string | undefined;
  /** In place of the global one. */
  readonly fetch?: (url: URL, init: RequestInit) => Promise<Response>;
}

export interface Remote {
  json(path: string): Promise<unknown>;
  bytes(path: string): Promise<Uint8Array>;
}

const REQUEST_MS_MAX = 30_000;
const TRIES = 5;

export function openRemote(options: RemoteOptions): Remote {
  const headers: Record<string, string> = {};
  if (options.key !== undefined) headers['authorization'] = `Bearer ${options.key}`;
  if (options.tenant !== undefined) headers['indelible-tenant'] = options.tenant;
  const send = options.fetch ?? fetch;
  const get = async (path: string): Promise<Response> => {
    for (let attempt = 1; ; attempt++) {
      const response = await request(send, addressOf(options.url, path), headers);
      if (response.ok) return response;
      const wait = Number(response.headers.get('retry-after'));
      // Not sealed yet, too many requests, or the database is away for a moment.
      if (attempt >= TRIES || !(wait > 0 && wait <= 10)) throw await refusalOf(response, path);
      await sleep(wait * 1000);
    }
  };
  return {
    json: async (path) => readAll(path, (await get(path)).json()),
    bytes: async (path) => new Uint8Array(await readAll(path, (await get(path)).arrayBuffer())),
  };
}

function addressOf(base: string, path: string): URL {
  try {
    return new URL(base.replace(/\/+$/, '') + path);
  } catch {
    throw new Failure('parameter_invalid', `--server: "${base}" is not an address such as http://127.0.0.1:8787`);
  }
}

async function request(send: NonNullable<RemoteOptions['fetch']>, url: URL, headers: Record<string, string>): Promise<Response> {
  try {
    return await send(url, { headers, signal: AbortSignal.timeout(REQUEST_MS_MAX) });
  } catch (thrown) {
    const error = thrown as Error;
    throw new Failure(
      'server_unreachable',
      `${url.origin}: no server answers there`,
      {},
      { cause: error.cause instanceof Error ? error.cause : error },
    );
  }
}

async function readAll<Body>(path: string, body: Promise<Body>): Promise<Body> {
  try {
    return await body;
  } catch (cause) {
    throw new Failure('server_unreachable', `the answer to ${path} broke off or is not what it says`, {}, { cause: cause as Error });
  }
}

async function refusalOf(response: Response, path: string): Promise<Failure> {
  const problem = (await response.json().catch(() => ({}))) as { detail?: unknown };
  const detail = typeof problem.detail === 'string' ? `: ${problem.detail}` : '';
  const code = response.status === 401 ? 'unauthorized' : response.status === 403 ? 'forbidden' : 'not_found';
  return new Failure(code, `${path} answered ${response.status}${detail}`);
}
