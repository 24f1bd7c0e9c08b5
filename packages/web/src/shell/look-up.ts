// What an id that somebody pasted belongs to: an event, an actor, a resource, a request or a session.

import { quotedValue } from '@indelible/core/query';
import { answerOf, type Client } from '../api/client.ts';
import { codeOf } from '../api/problem.ts';
import type { Event } from '../api/queries.ts';
import { t } from '../text/en.ts';
import type { Links } from './links.ts';

export interface Found {
  readonly kind: string;
  readonly label: string;
  readonly href: string;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const ID = /^\S{2,256}$/;
const PATH = /^([a-z0-9_]{1,64})\/(.+)$/;

/** Whether a text could be an id: without blanks, and more than a letter. */
export function couldBeId(text: string): boolean {
  return ID.test(text);
}

/** The pages of all things that have an id, those of the event first. */
export async function lookUp(api: Client, links: Links, text: string, signal: AbortSignal): Promise<readonly Found[]> {
  const first = async (q: string): Promise<Event | undefined> => {
    const page = await answerOf(api.GET('/v1/events', { params: { query: { q, limit: 1 } }, signal }));
    return 'events' in page ? page.events[0] : undefined;
  };
  const value = quotedValue(text);
  const path = PATH.exec(text);
  const [event, actor, resource, request, session] = await Promise.all([
    UUID.test(text) ? eventOf(api, text.toLowerCase(), signal) : undefined,
    first(`actor.id:${value}`),
    first(path === null ? `resource.id:${value}` : `resource:${quotedValue(text)}`),
    first(`request:${value}`),
    first(`session:${value}`),
  ]);
  return [
    ...(event === undefined ? [] : [{ kind: t.palette.event, label: `${event.action} ${event.id}`, href: links.event(event.id) }]),
    ...(actor === undefined ? [] : [{ kind: t.palette.actor, label: named(actor.actor.name, text), href: links.actor(text) }]),
    ...(resource?.resource?.id === undefined
      ? []
      : [
          {
            kind: t.palette.resource,
            label: `${resource.resource.type} ${named(resource.resource.name, resource.resource.id)}`,
            href: links.resource(resource.resource.type, resource.resource.id),
          },
        ]),
    ...(request === undefined ? [] : [{ kind: t.palette.request, label: text, href: links.explore(`request:${value}`) }]),
    ...(session === undefined ? [] : [{ kind: t.palette.session, label: text, href: links.explore(`session:${value}`) }]),
  ];
}

async function eventOf(api: Client, id: string, signal: AbortSignal): Promise<Event | undefined> {
  try {
    return await answerOf(api.GET('/v1/events/{id}', { params: { path: { id } }, signal }));
  } catch (error) {
    if (codeOf(error) === 'not_found') return undefined;
    throw error;
  }
}

function named(name: string | undefined, id: string): string {
  return name === undefined ? id : `${name} (${id})`;
}
