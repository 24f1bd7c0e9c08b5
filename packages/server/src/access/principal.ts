// Who asks: what authentication yields, by whichever way somebody came in.

import type { Query } from '@indelible/core';
import type { Scope } from '../store/api-keys.ts';
import type { Role } from '../store/role-grants.ts';

/** What a rule names: the role of a person, or the scope of a key. */
export type Grant = Role | Scope;

export interface Principal {
  /** `operator`: the key of the environment. `viewer`: a token that a platform made for its own customer. */
  readonly kind: 'key' | 'person' | 'viewer' | 'operator';
  /** Names it in the trail. */
  readonly id: string;
  readonly name?: string;
  readonly email?: string;
  /** Of a person the session, of a viewer the token. */
  readonly session?: string;
  /** Undefined: all tenants, one at a time. */
  readonly tenant?: string;
  readonly grants: readonly Grant[];
  /** It reads nothing but what this query asks for. */
  readonly within?: Query;
  /** Of a viewer token: it may export what it reads. */
  readonly exports?: true;
  /** Of a key the networks from where alone it is good; absent: from everywhere. */
  readonly addresses?: readonly string[];
  /** What it rests on and may be taken away, as store/good-credentials.ts knows it. */
  readonly credentials: readonly string[];
  /** Milliseconds since 1970: good no more from then on. */
  readonly untilMs?: number;
}

/** A principal and the tenant that its request is about. */
export interface Caller {
  readonly principal: Principal;
  readonly tenant: string;
}
