// A request of somebody about their own account: from where it comes, and who the trail says it was.

import { type By, byPrincipal } from '../actor.ts';
import { storable } from '../storable.ts';
import type { From, Session } from './engine.ts';

export interface Visit extends From {
  readonly requestId: string;
  /** The mark of the browser (device.ts). */
  readonly device: string | undefined;
}

const USER_AGENT_CHARS_MAX = 500;

/** A person as the actor of what they do with their own account. */
export function byPersonOf({ id, person }: Pick<Session, 'id' | 'person'>, visit: Visit): By {
  const by = byPrincipal({ kind: 'person', ...person, session: id, grants: [], credentials: [] }, visit.address, visit.requestId);
  return { ...by, context: { ...by.context, ...agentOf(visit) } };
}

/** The same for somebody who comes by a one-time link, before there is a session. */
export function byLinkOf({ id, name, email }: Session['person'], visit: Visit): By {
  const by = byPrincipal({ kind: 'person', id, name, email, grants: [], credentials: [] }, visit.address, visit.requestId);
  return { ...by, context: { ...by.context, ...agentOf(visit), authMethod: 'one_time_link' } };
}

function agentOf({ userAgent }: Visit): { readonly userAgent?: string } {
  return userAgent === undefined || userAgent === '' ? {} : { userAgent: storable(userAgent, USER_AGENT_CHARS_MAX) };
}
