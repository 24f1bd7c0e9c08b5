// Who acted, as the trail writes it down.

import { type Attribution, type EventContext, ID_CHARS_MAX, NAME_CHARS_MAX, type PartyInput } from '@indelible/core';
import type { Principal } from './principal.ts';
import { storable } from './storable.ts';

/** Who did something, and from where: what an event about it needs. */
export interface By {
  readonly actor: PartyInput;
  readonly attribution: Attribution;
  readonly context: EventContext;
}

const METHODS = { key: 'api_key', operator: 'environment_key', person: 'session', viewer: 'viewer_token' } as const;

/** @param address undefined where there is no connection */
export function byPrincipal(principal: Principal, address?: string, requestId?: string): By {
  return {
    actor: actorOf(principal),
    // Whom a platform names in a token is the platform's word.
    attribution: principal.kind === 'viewer' ? 'asserted' : 'verified',
    context: {
      ...(address === undefined ? {} : { ip: address }),
      ...(requestId === undefined ? {} : { requestId }),
      ...(principal.session === undefined ? {} : { sessionId: principal.session }),
      authMethod: METHODS[principal.kind],
    },
  };
}

function actorOf({ kind, id, name, email }: Principal): PartyInput {
  return {
    type: kind === 'person' || kind === 'viewer' ? 'user' : 'api_key',
    id: storable(id, ID_CHARS_MAX),
    ...(name === undefined ? {} : { name: storable(name, NAME_CHARS_MAX) }),
    ...(email === undefined ? {} : { email: storable(email, NAME_CHARS_MAX) }),
  };
}

/** Somebody at a terminal who has the owner's connection to the database: the name is what the system says. */
export function byTerminal(user: string, host: string): By {
  return {
    actor: { type: 'user', id: storable(`${user}@${host}`, ID_CHARS_MAX), name: storable(user, NAME_CHARS_MAX) },
    attribution: 'asserted',
    context: { authMethod: 'database_owner' },
  };
}

/** The server itself. */
export function bySystem(): By {
  return { actor: { type: 'system', id: 'indelible', name: 'Indelible' }, attribution: 'verified', context: {} };
}
