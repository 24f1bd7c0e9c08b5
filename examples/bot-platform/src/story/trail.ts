// Asking Indelible, and telling it: the few endpoints that the story needs.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Party, StoryEvent, Values } from './event.ts';

/** An event as Indelible answers it: of much, what the story looks at. */
export interface Found {
  readonly id: string;
  readonly action: string;
  readonly occurredAt: string;
  readonly actor?: Partial<Party>;
  readonly resource?: { readonly type: string; readonly id?: string };
  readonly context?: { readonly requestId?: string };
}

export interface Undoing {
  readonly kind: 'patch' | 'remove' | 'create';
  readonly patch: readonly { readonly op: string; readonly path: string; readonly value?: unknown }[];
  /** Of what was removed. */
  readonly values?: Values;
}

export interface State {
  readonly values: Values;
  readonly doubts: readonly unknown[];
}

export interface Trail {
  /** Sends events, all or none; those that are there already do no harm. */
  readonly post: (tenant: string, events: readonly StoryEvent[]) => Promise<void>;
  readonly event: (tenant: string, id: string) => Promise<Found | undefined>;
  /** What a query finds, the newest first. */
  readonly find: (tenant: string, q: string, limit?: number) => Promise<readonly Found[]>;
  /** How to undo what an event changed. */
  readonly reverse: (tenant: string, event: Found) => Promise<Undoing>;
  /** What a resource was at an instant (RFC 3339), or is now. */
  readonly state: (tenant: string, type: string, id: string, at?: string) => Promise<State>;
}

export interface TrailAccess {
  readonly url: string;
  readonly key: string;
}

const TRIES = 5;
const PAUSE_MS = 500;
const REQUEST_MS_MAX = 30_000;

export function createTrail({ url, key }: TrailAccess): Trail {
  async function send(tenant: string, path: string, body?: unknown): Promise<Response> {
    const headers = { authorization: `Bearer ${key}`, 'indelible-tenant': tenant, 'content-type': 'application/json' };
    const init = body === undefined ? { headers } : { headers, method: 'POST', body: JSON.stringify(body) };
    return fetch(new URL(path, url), { ...init, signal: AbortSignal.timeout(REQUEST_MS_MAX) });
  }
  async function get<T>(tenant: string, path: string, parameters: Readonly<Record<string, string>> = {}): Promise<T> {
    const response = await send(tenant, `${path}?${new URLSearchParams(parameters).toString()}`);
    if (!response.ok) throw new Error(`Indelible answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as T;
  }
  const resource = (type: string, id = ''): string => `/v1/resources/${type}/${encodeURIComponent(id)}`;
  return {
    post: async (tenant, events) => {
      for (let left = TRIES; ; left--) {
        const response = await send(tenant, '/v1/events', events);
        if (response.status === 201) return;
        const text = await response.text();
        if (left === 1 || (response.status !== 429 && response.status !== 503))
          throw new Error(`Indelible does not take the history: ${response.status} ${text}`);
        await sleep(PAUSE_MS);
      }
    },
    event: async (tenant, id) => {
      const response = await send(tenant, `/v1/events/${id}`);
      return response.ok ? ((await response.json()) as Found) : undefined;
    },
    find: async (tenant, q, limit = 200) => (await get<{ events: Found[] }>(tenant, '/v1/events', { q, limit: String(limit) })).events,
    reverse: (tenant, event) =>
      get<Undoing>(tenant, `${resource(event.resource?.type ?? '', event.resource?.id)}/reverse`, { event: event.id }),
    state: (tenant, type, id, at) => get<State>(tenant, `${resource(type, id)}/state`, at === undefined ? {} : { at }),
  };
}
