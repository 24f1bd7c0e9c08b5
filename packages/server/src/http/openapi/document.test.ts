import { ERRORS, expectedOf, fieldLabel, FIELDS, QUERY_CHARS_MAX } from '@indelible/core';
import { Validator } from '@seriousme/openapi-schema-validator';
import { z } from 'zod';
import { expect, test } from 'vitest';
import { type DocumentedOperation, makeDocument } from './document.ts';
import { errorsOf } from './operation.ts';
import { OPERATIONS, routeOf } from './operations.ts';

const document = makeDocument(OPERATIONS, '1.2.3');
const written = JSON.parse(JSON.stringify(document)) as typeof document;
const operations = Object.entries(written.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
);

/** What OpenAPI 3.1 says of the parts that the document has (specification, 4.8); anything else in it is a fault. */
const jsonSchema = z.union([z.record(z.string(), z.unknown()), z.boolean()]);
const parameter = z.strictObject({
  name: z.string().min(1),
  in: z.enum(['query', 'header', 'path', 'cookie']),
  required: z.boolean(),
  description: z.string().optional(),
  schema: jsonSchema,
});
const reference = z.strictObject({ $ref: z.string().startsWith('#/components/') });
const content = z.record(
  z.string().regex(/^[\w.+-]+\/[\w.+-]+$/),
  z
    .strictObject({
      schema: jsonSchema,
      example: z.unknown().optional(),
      examples: z
        .record(z.string().regex(/^[\w.-]+$/), z.strictObject({ summary: z.string(), description: z.string(), value: z.unknown() }))
        .optional(),
    })
    .refine(({ example, examples }) => example === undefined || examples === undefined),
);
const operation = z.strictObject({
  operationId: z.string().regex(/^[a-z]\w*$/i),
  tags: z.array(z.string()).length(1),
  summary: z.string().min(1),
  description: z.string().optional(),
  parameters: z.array(z.union([reference, parameter])),
  requestBody: z.strictObject({ description: z.string(), required: z.literal(true), content }).optional(),
  responses: z.record(
    z.string().regex(/^[1-5]\d\d$/),
    z.strictObject({
      description: z.string().min(1),
      content,
      headers: z.record(z.string(), z.strictObject({ description: z.string().optional(), schema: jsonSchema })).optional(),
    }),
  ),
  security: z.array(z.record(z.string(), z.array(z.string()))),
});
const name = z.string().regex(/^[\w.-]+$/);
const openApi = z.strictObject({
  openapi: z.literal('3.1.0'),
  info: z.strictObject({
    title: z.string(),
    version: z.string(),
    description: z.string(),
    license: z.strictObject({ name: z.string(), identifier: z.string() }),
  }),
  tags: z.array(z.strictObject({ name: z.string(), description: z.string().optional() })),
  paths: z.record(z.string().startsWith('/'), z.strictObject({ get: operation.optional(), post: operation.optional() })),
  components: z.strictObject({
    schemas: z.record(name, jsonSchema),
    parameters: z.record(name, parameter),
    securitySchemes: z.record(
      name,
      z.union([
        z.strictObject({ type: z.literal('http'), scheme: z.literal('bearer'), description: z.string() }),
        z.strictObject({ type: z.literal('apiKey'), in: z.literal('cookie'), name, description: z.string() }),
      ]),
    ),
  }),
});

test('the document has the form of OpenAPI 3.1', () => {
  expect(openApi.safeParse(written).error?.issues).toBeUndefined();
  expect(operations.length).toBeGreaterThan(20);
});

test('what is named is there: references, groups, security schemes, and every parameter of a path', () => {
  const references = [...JSON.stringify(written).matchAll(/"\$ref":"#\/components\/(\w+)\/(\w+)"/g)];
  expect(references.length).toBeGreaterThan(50);
  expect(JSON.stringify(written).match(/"\$ref"/g)).toHaveLength(references.length);
  for (const [, kind = '', named = ''] of references)
    expect(Object.keys(written.components[kind as keyof typeof written.components])).toContain(named);
  expect(new Set(operations.map(({ operation: { operationId } }) => operationId)).size).toBe(operations.length);
  const groups = written.tags.map(({ name: group }) => group);
  for (const { path, operation: one } of operations) {
    expect(groups).toContain(one.tags[0]);
    for (const scheme of one.security.flatMap((requirement) => Object.keys(requirement))) expect(['key', 'session']).toContain(scheme);
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, named]) => named);
    expect(parametersOf(one, 'path')).toEqual(inPath);
  }
});

function parametersOf(one: DocumentedOperation, place: string): string[] {
  return one.parameters.flatMap((found) => ('name' in found && found.in === place ? [found.name] : []));
}

test('the schemas are JSON Schema 2020-12 as it is meant: no leftover of an older one, or of how they were made', () => {
  const text = JSON.stringify(written);
  for (const leftover of ['"$id"', '"$schema"', '"$defs"', '"nullable"', '"__schema', '"definitions"'])
    expect(text).not.toContain(leftover);
  // The contract of a sender is closed, and answers are open: further keys may come.
  const { schemas } = written.components;
  expect(schemas['EventInput']).toMatchObject({ additionalProperties: false, required: ['action', 'actor'] });
  expect(schemas['Event']).not.toHaveProperty('additionalProperties');
  expect(schemas['Event']).toMatchObject({ required: expect.arrayContaining(['id', 'log', 'seq']) });
});

test('every error has its status, its title and its hint, in every operation that answers it', () => {
  for (const one of OPERATIONS) {
    const responses = written.paths[one.path]?.[one.method]?.responses ?? {};
    for (const code of errorsOf(one)) {
      const { status, hint, title } = ERRORS[code];
      // An operation may use the status for an answer of its own.
      if (one.replies[status] !== undefined) continue;
      expect(responses[status]?.content['application/problem+json']?.examples?.[code]).toMatchObject({
        summary: title,
        description: hint,
        value: { code, status, hint },
      });
    }
  }
});

test('every example fits its schema', () => {
  const contents = OPERATIONS.flatMap(({ body, replies }) => [
    ...(body?.content ?? []),
    ...Object.values(replies).flatMap((reply) => reply.content),
  ]);
  const examples = contents.filter(({ example }) => example !== undefined);
  expect(examples.length).toBeGreaterThan(4);
  for (const { schema, example } of examples) expect(schema.safeParse(example)).toMatchObject({ success: true, data: example });
});

test('the routes of the table are written as the router writes them', () => {
  expect(OPERATIONS.map(routeOf)).toEqual(
    expect.arrayContaining(['/v1/events', '/v1/events/:id/proof', '/v1/resources/:type/:id', '/log/:logId/tile/*']),
  );
});

test('the query language is described: every field, what it takes, and whoever takes a query points to it', () => {
  const described = written.tags.find(({ name: tag }) => tag === 'Query language')?.description ?? '';
  for (const field of FIELDS) expect(described).toContain(`| \`${fieldLabel(field)}\` | ${expectedOf(field)}`);
  for (const { name: field, help } of FIELDS) expect({ field, said: described.includes(`| ${help} |`) }).toEqual({ field, said: true });
  for (const form of ['`OR`', '`a..b`', '`-24h`', '`now`', '`temp*`', String(QUERY_CHARS_MAX)]) expect(described).toContain(form);
  const queries = operations.flatMap(({ operation: one }) =>
    one.parameters.flatMap((found) => ('name' in found && found.name === 'q' ? [found] : [])),
  );
  expect(queries.length).toBeGreaterThanOrEqual(5);
  for (const { schema } of queries) expect(schema['externalDocs']).toEqual({ description: 'Query language', url: '/docs#query-language' });
});

test('others read the document as OpenAPI 3.1', async () => {
  const validator = new Validator();
  expect(await validator.validate({ ...structuredClone(written) })).toEqual({ valid: true });
  expect(validator.version).toBe('3.1');
});
