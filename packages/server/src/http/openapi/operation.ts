// One entry of the table of operations: all that the document, the readable page and the tests know of an address.

import type { ErrorCode } from '@indelible/core';
import type { z } from 'zod';
import { PERMISSIONS, type Permission } from '../../access/permissions.ts';
import type { Grant } from '../../access/principal.ts';

/** By name. Each says by `describe` what it is for; an example stands in `meta`. */
export type Parameters = Readonly<Record<string, z.ZodType>>;

export interface Content {
  /** A media type. */
  readonly type: string;
  readonly schema: z.ZodType;
  readonly example?: unknown;
}

export interface Reply {
  readonly description: string;
  /** One representation, or several to choose from by `Accept`. */
  readonly content: readonly Content[];
  readonly headers?: Parameters;
}

interface Described {
  /** Unique: what generated clients call it. */
  readonly id: string;
  readonly group: string;
  readonly method: 'get' | 'post';
  /** A template of OpenAPI: `/v1/events/{id}`. */
  readonly path: string;
  /** The last parameter of the path takes the rest of it, slashes included. */
  readonly takesRest?: true;
  readonly summary: string;
  readonly description?: string;
  /** The answer is not of one tenant: a key that is good for all needs to name none. */
  readonly tenantless?: true;
  readonly inPath?: Parameters;
  readonly inQuery?: Parameters;
  readonly inHeader?: Parameters;
  readonly body?: { readonly description: string; readonly content: readonly Content[] };
  readonly replies: Readonly<Record<number, Reply>>;
  /** Beside those that every operation of its access has. */
  readonly errors: readonly ErrorCode[];
}

/**
 * `none`: open to everybody. `public`: open when the log is public, for those who have the permission else. `session`: for whoever
 * has signed in, whatever they are in which tenant, about their own account.
 */
export type Operation = Described &
  (
    | { readonly access: 'none' | 'session'; readonly permission?: never }
    | { readonly access: 'key' | 'public'; readonly permission: Permission }
  );

/** Roles and scopes, of which one is enough. */
export function grantsOf({ permission }: Operation): readonly Grant[] {
  return permission === undefined ? [] : PERMISSIONS[permission].to;
}

const ALWAYS: readonly ErrorCode[] = ['parameter_invalid', 'rate_limited', 'internal'];
const WITH_KEY: readonly ErrorCode[] = ['unauthorized', 'forbidden', 'store_unavailable'];
const OF_TENANT: readonly ErrorCode[] = ['tenant_missing', 'tenant_invalid'];

/** Every code that an operation may answer, the most frequent reasons first. */
export function errorsOf({ access, tenantless, errors }: Operation): ErrorCode[] {
  const common = access === 'none' ? [] : [...WITH_KEY, ...(tenantless === true || access === 'session' ? [] : OF_TENANT)];
  return [...new Set([...errors, ...common, ...ALWAYS])];
}
