// From the table of operations to the OpenAPI 3.1 document. Its schemas are JSON Schema 2020-12, which is what zod writes.

import { ERRORS, type ErrorCode } from '@indelible/core';
import { z } from 'zod';
import { type Content, errorsOf, grantsOf, type Operation, type Parameters, type Reply } from './operation.ts';
import { ROLES_OF_PEOPLE } from '../../store/role-grants.ts';
import { LANGUAGE_NAME, languageMarkdown } from './query-language.ts';
import { problem } from './values.ts';

export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly [keyword: string]: unknown;
}

export interface DocumentedParameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly description?: string;
  readonly schema: JsonSchema;
}

type MediaTypes = Readonly<Record<string, { readonly schema?: JsonSchema; readonly example?: unknown; readonly examples?: Examples }>>;
type Examples = Readonly<Record<string, { readonly summary: string; readonly description: string; readonly value: unknown }>>;

export interface DocumentedReply {
  readonly description: string;
  readonly content: MediaTypes;
  readonly headers?: Readonly<Record<string, { readonly description?: string; readonly schema: JsonSchema }>>;
}

export interface DocumentedOperation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description?: string;
  readonly parameters: readonly (DocumentedParameter | { readonly $ref: string })[];
  readonly requestBody?: { readonly description: string; readonly required: true; readonly content: MediaTypes };
  readonly responses: Readonly<Record<string, DocumentedReply>>;
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
}

export interface OpenApi {
  readonly openapi: '3.1.0';
  readonly info: Readonly<Record<string, unknown>>;
  /** The groups of operations, and the query language, which has no operation of its own. */
  readonly tags: readonly { readonly name: string; readonly description?: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentedOperation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, JsonSchema>>;
    readonly parameters: Readonly<Record<string, DocumentedParameter>>;
    readonly securitySchemes: Readonly<Record<string, unknown>>;
  };
}

const TENANT: DocumentedParameter = {
  name: 'Indelible-Tenant',
  in: 'header',
  required: false,
  description: 'The tenant, percent-encoded: required with a key that is good for all tenants',
  schema: { type: 'string' },
};
const DEFINITIONS = '#/$defs/';
const COMPONENTS = '#/components/schemas/';

/** @example makeDocument(OPERATIONS, version).paths['/v1/events'].get.operationId // 'listEvents' */
export function makeDocument(operations: readonly Operation[], version: string): OpenApi {
  const { schemas, written } = convert(operations);
  const paths: Record<string, Record<string, DocumentedOperation>> = {};
  for (const operation of operations) (paths[operation.path] ??= {})[operation.method] = document(operation, written);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Indelible',
      version,
      description:
        'A self-hosted audit trail: what was done, by whom, and the proof that its record is complete and unaltered. An unknown parameter is an error.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    tags: [
      ...[...new Set(operations.map(({ group }) => group))].map((name) => ({ name })),
      { name: LANGUAGE_NAME, description: languageMarkdown() },
    ],
    paths,
    components: {
      schemas,
      parameters: { tenant: TENANT },
      securitySchemes: {
        key: {
          type: 'http',
          scheme: 'bearer',
          description: 'A key: `ink_...`, made by `indelible key create`, whose roles are its scopes; or a viewer token: `ivt_...`.',
        },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: 'indelible.session_token',
          description:
            'The session of somebody who has signed in; behind TLS its name begins with `__Secure-`. What changes something needs the header `Origin` of this server with it.',
        },
      },
    },
  };
}

type Written = (schema: z.ZodType) => JsonSchema;

/** Converts every schema in one go, so that what has a name is written once. */
function convert(operations: readonly Operation[]): { schemas: Record<string, JsonSchema>; written: Written } {
  const every = [...new Set([problem, ...operations.flatMap(schemasOf)])];
  // What a reader may meet: further keys may come, so that answers are described as inputs are, open.
  const { properties, $defs } = z.toJSONSchema(z.object(Object.fromEntries(every.map((schema, index) => [`s${index}`, schema]))), {
    io: 'input',
  });
  const byPlace = renamed(properties) as Record<string, JsonSchema>;
  const places = new Map(every.map((schema, index) => [schema, byPlace[`s${index}`] ?? {}]));
  return { schemas: renamed($defs) as Record<string, JsonSchema>, written: (schema) => places.get(schema) ?? {} };
}

function schemasOf({ inPath = {}, inQuery = {}, inHeader = {}, body, replies }: Operation): z.ZodType[] {
  const contents = [...(body?.content ?? []), ...Object.values(replies).flatMap(({ content }) => content)];
  const headers = Object.values(replies).flatMap((reply) => Object.values(reply.headers ?? {}));
  return [...[inPath, inQuery, inHeader].flatMap((group) => Object.values(group)), ...headers, ...contents.map(({ schema }) => schema)];
}

/** The same schema with its references to where OpenAPI has the definitions. */
function renamed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(renamed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      // Zod notes the name of a definition in it; `id` says nothing in JSON Schema 2020-12.
      .filter(([key, inner]) => !(key === 'id' && typeof inner === 'string'))
      .map(([key, inner]) => [key, key === '$ref' && typeof inner === 'string' ? inner.replace(DEFINITIONS, COMPONENTS) : renamed(inner)]),
  );
}

function document(operation: Operation, written: Written): DocumentedOperation {
  const { id, group, summary, description, body, access, tenantless } = operation;
  const ofTenant = access !== 'none' && access !== 'session' && tenantless !== true;
  return {
    operationId: id,
    tags: [group],
    summary,
    ...(description === undefined ? {} : { description }),
    parameters: [
      ...parameters('path', operation.inPath, written),
      ...parameters('query', operation.inQuery, written),
      ...parameters('header', operation.inHeader, written),
      ...(ofTenant ? [{ $ref: '#/components/parameters/tenant' }] : []),
    ],
    ...(body === undefined
      ? {}
      : { requestBody: { description: body.description, required: true, content: media(body.content, written) } }),
    responses: {
      ...Object.fromEntries(Object.entries(operation.replies).map(([status, reply]) => [status, replyOf(reply, written)])),
      ...problems(operation),
    },
    security: securityOf(operation),
  };
}

/** By a key or a token with one of the grants, or by the session of somebody with one of the roles. */
function securityOf(operation: Operation): DocumentedOperation['security'] {
  const { access } = operation;
  if (access === 'none') return [];
  if (access === 'session') return [{ session: [] }];
  const grants = grantsOf(operation);
  const roles = grants.filter((grant) => (ROLES_OF_PEOPLE as readonly string[]).includes(grant));
  return [
    ...(access === 'public' ? [{}] : []),
    ...grants.map((grant) => ({ key: [grant] })),
    ...roles.map((role) => ({ session: [role] })),
  ];
}

function parameters(place: DocumentedParameter['in'], wanted: Parameters = {}, written: Written): DocumentedParameter[] {
  return Object.entries(wanted).map(([name, schema]) => {
    const { description, ...rest } = written(schema);
    return {
      name,
      in: place,
      required: place === 'path' || !schema.safeParse(undefined).success,
      ...(typeof description === 'string' ? { description } : {}),
      schema: rest,
    };
  });
}

function replyOf({ description, content, headers = {} }: Reply, written: Written): DocumentedReply {
  const documented = Object.entries(headers).map(([name, schema]) => {
    const { description: said, ...rest } = written(schema);
    return [name, { ...(typeof said === 'string' ? { description: said } : {}), schema: rest }] as const;
  });
  return { description, content: media(content, written), ...(documented.length === 0 ? {} : { headers: Object.fromEntries(documented) }) };
}

function media(content: readonly Content[], written: Written): MediaTypes {
  return Object.fromEntries(
    content.map(({ type, schema, example }) => [type, { schema: written(schema), ...(example === undefined ? {} : { example }) }]),
  );
}

/** The errors by their status, each code with its title and its hint. */
function problems(operation: Operation): Record<string, DocumentedReply> {
  const every = errorsOf(operation);
  const documented: Record<string, DocumentedReply> = {};
  for (const status of new Set(every.map((code) => ERRORS[code].status))) {
    const codes = every.filter((code) => ERRORS[code].status === status);
    // A status that the operation uses for an answer of its own stays that answer.
    if (operation.replies[status] !== undefined) continue;
    documented[status] = {
      description: codes.map((code) => `\`${code}\`: ${ERRORS[code].title}.`).join(' '),
      content: { 'application/problem+json': { schema: { $ref: `${COMPONENTS}Problem` }, examples: examplesOf(codes) } },
      ...(status === 429 || status === 503
        ? { headers: { 'Retry-After': { description: 'Seconds to wait', schema: { type: 'integer' } } } }
        : {}),
    };
  }
  return documented;
}

function examplesOf(codes: readonly ErrorCode[]): Examples {
  return Object.fromEntries(
    codes.map((code) => {
      const { status, title, hint } = ERRORS[code];
      return [
        code,
        { summary: title, description: hint, value: { type: `urn:indelible:error:${code}`, title, status, detail: title, code, hint } },
      ];
    }),
  );
}
