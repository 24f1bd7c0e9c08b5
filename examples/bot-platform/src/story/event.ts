// An event of the past as the story sends it to Indelible, and the ids that it always has.

import { createHash } from 'node:crypto';

export type Values = Readonly<Record<string, unknown>>;

export interface Party {
  readonly type: 'user' | 'agent' | 'service' | 'api_key' | 'system';
  readonly id: string;
  readonly name: string;
  readonly email?: string;
  readonly onBehalfOf?: Party;
}

export interface Reference {
  readonly type: string;
  readonly id: string;
  readonly name?: string;
}

export interface Circumstances {
  readonly ip?: string;
  readonly location?: { readonly country: string; readonly city: string };
  readonly userAgent?: string;
  readonly sessionId?: string;
  readonly requestId?: string;
  readonly route?: string;
  readonly authMethod?: string;
  readonly reason?: string;
}

/** What was done, to what, and how it ended. */
export interface Deed {
  readonly action: string;
  readonly outcome?: 'failure' | 'denied';
  readonly error?: { readonly code: string; readonly message: string };
  readonly resource?: Reference;
  readonly related?: readonly (Reference & { readonly relation: string })[];
  readonly change?: { readonly before?: Values; readonly after?: Values };
  readonly metadata?: Values;
}

export interface StoryEvent extends Deed {
  readonly id: string;
  readonly occurredAt: string;
  readonly actor: Party;
  readonly context: Circumstances;
  readonly source: { readonly name: string };
}

/** By this name the imported part is found: `source:history`. */
export const HISTORY = 'history';

/** The id of the n-th event of a seed: always the same one, so that whoever sends it again does no harm (a UUID of version 8). */
export function eventId(seed: number, tenant: string, n: number): string {
  const digits = createHash('sha256').update(`${HISTORY}/${seed}/${tenant}/${n}`).digest('hex');
  const variant = '89ab'[Number.parseInt(digits.charAt(16), 16) % 4];
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-8${digits.slice(13, 16)}-${variant}${digits.slice(17, 20)}-${digits.slice(20, 32)}`;
}
