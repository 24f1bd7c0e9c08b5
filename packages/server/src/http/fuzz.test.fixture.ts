// Requests as nobody means them, made from the OpenAPI document: every parameter, header and body, of its own type and of any.

import { QUERY_CHARS_MAX } from '@indelible/core';
import fc from 'fast-check';
import type { DocumentedOperation, DocumentedParameter, JsonSchema, OpenApi } from './openapi/document.ts';

export interface HostileRequest {
  readonly method: string;
  /** As it goes on the wire. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

export interface Route {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly operation: DocumentedOperation;
}

/** Ids, names and queries that find something, by the name of what they are good for; those under `any` for everything. */
export type Known = Readonly<Record<string, readonly string[]>>;

export function routesOf(document: OpenApi): Route[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ id: operation.operationId, method: method.toUpperCase(), path, operation })),
  );
}

const NASTY: readonly string[] = [
  '',
  ' ',
  '\0',
  '\ud800',
  '\u{10ffff}',
  '\r\nx-evil: 1',
  "' or 1=1 --",
  '"; drop table indelible.log; --',
  '$1',
  '%',
  '%00',
  '%ff',
  '%c0%ae',
  '../../etc/passwd',
  '..%2f..',
  '<script>alert(1)</script>',
  '${7*7}',
  '{{7*7}}',
  '__proto__',
  'constructor',
  'toString',
  'null',
  'undefined',
  'true',
  'NaN',
  'Infinity',
  '-0',
  '-1',
  '1e400',
  '9007199254740993',
  '99999999999999999999',
  '0x10',
  '2026-13-45T99:99:99Z',
  '+275760-09-13T00:00:00.001Z',
  '-999999y',
  '0000-00-00',
  '294277-01-01',
  '[]',
  '{}',
  '[1,',
  '((((((((((',
  'a OR (b AND NOT',
  'action:*a*b*c*d*e*',
  'resource:',
  'ip:999.0.0.1/99',
  'a'.repeat(300),
  '*'.repeat(200),
  '('.repeat(3_000),
  'x'.repeat(QUERY_CHARS_MAX + 1),
];

const text = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...NASTY) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  { weight: 1, arbitrary: fc.string({ maxLength: 40 }) },
);

/** Mostly what a parameter or a field is described as, so that more than the first check is reached; else anything. */
function valueOf(schema: JsonSchema, document: OpenApi, known: Known, name: string, depth = 0): fc.Arbitrary<unknown> {
  const anything = fc.oneof(text, fc.jsonValue({ maxDepth: 2 }), fc.constantFrom(1e308, -1, 2 ** 53, null, true));
  return fc.oneof({ weight: 9, arbitrary: described(schema, document, known, name, depth) }, { weight: 1, arbitrary: anything });
}

function described(schema: JsonSchema, document: OpenApi, known: Known, name: string, depth: number): fc.Arbitrary<unknown> {
  const { $ref: ref, enum: options, anyOf, properties, items, examples, type } = schema;
  const inner = (one: unknown, of = name): fc.Arbitrary<unknown> => valueOf(one as JsonSchema, document, known, of, depth + 1);
  if (depth > 6) return fc.constant(null);
  if (typeof ref === 'string') return inner(document.components.schemas[ref.split('/').at(-1) ?? ''] ?? {});
  if (Array.isArray(options)) return fc.constantFrom(...(options as unknown[]));
  if (Array.isArray(anyOf)) return fc.oneof(...anyOf.map((one) => inner(one)));
  if (typeof properties === 'object' && properties !== null) {
    const fields = Object.fromEntries(Object.entries(properties).map(([field, one]) => [field, inner(one, field)]));
    const required = Array.isArray(schema['required']) ? (schema['required'] as string[]) : [];
    return fc.oneof(
      { weight: 5, arbitrary: fc.record(fields, { requiredKeys: required }) },
      { weight: 1, arbitrary: fc.record(fields, { requiredKeys: [] }) },
    );
  }
  if (type === 'array') return fc.array(inner(items ?? {}), { maxLength: 3 });
  if (type === 'integer' || type === 'number') {
    const { minimum: min = 0, maximum: max = 100 } = schema;
    return fc.oneof(
      { weight: 4, arbitrary: fc.integer({ min, max: Math.max(min, Math.min(max, 2 ** 31)) }) },
      { weight: 1, arbitrary: fc.double() },
    );
  }
  if (type === 'boolean') return fc.boolean();
  if (type === 'object') return fc.dictionary(text, fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 });
  const good = known[name] ?? known['any'] ?? [''];
  const shown = Array.isArray(examples) ? examples.filter((one) => typeof one === 'string') : [];
  return fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...good, ...shown) }, { weight: 1, arbitrary: text });
}

/** Of a header a byte a character; without what Node does not send. */
const headerText = fc.oneof(
  fc.constantFrom(...NASTY.filter((one) => one.length < 1_000 && !/[^\t\x20-\x7e\x80-\xff]/.test(one))),
  fc.string({
    unit: fc
      .integer({ min: 0x20, max: 0xff })
      .filter((code) => code !== 0x7f)
      .map((code) => String.fromCharCode(code)),
    maxLength: 40,
  }),
);

const HEADERS: readonly string[] = [
  'accept', 'accept-encoding', 'content-encoding', 'cookie', 'origin', 'host', 'x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host',
  'indelible-tenant', 'last-event-id', 'if-none-match', 'range', 'user-agent', 'x-http-method-override', 'expect',
]; // prettier-ignore

/** As a part of an address: percent-encoded, or for once as it is, where the wire can carry it. */
function onWire(value: unknown): fc.Arbitrary<string> {
  const plain = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  const encoded = encodeURIComponent(plain.toWellFormed());
  return /^[!"$-;=?-~]*$/.test(plain) && plain.length < 1_000
    ? fc.oneof({ weight: 4, arbitrary: fc.constant(encoded) }, { weight: 1, arbitrary: fc.constant(plain) })
    : fc.constant(encoded);
}

/**
 * @param known ids and names that there are, so that a request finds something now and then
 * @param credentials what says who asks
 */
export function hostileRequest(
  { method, path, operation }: Route,
  document: OpenApi,
  known: Known,
  credentials: readonly Readonly<Record<string, string>>[],
): fc.Arbitrary<HostileRequest> {
  const parameters = operation.parameters.map((one) =>
    '$ref' in one ? (document.components.parameters[one.$ref.split('/').at(-1) ?? ''] as DocumentedParameter) : one,
  );
  const inPath = parameters.filter((one) => one.in === 'path');
  const inQuery = parameters.filter((one) => one.in === 'query');
  const wired = (one: DocumentedParameter): fc.Arbitrary<string> => valueOf(one.schema, document, known, one.name).chain(onWire);
  const segments = fc.tuple(...inPath.map(wired));
  const required = inQuery.filter((one) => one.required);
  // Few at a time: with all of them no request would come through.
  const query = fc
    .tuple(
      fc.subarray(
        inQuery.filter((one) => !one.required),
        { maxLength: Math.min(2, inQuery.length - required.length) },
      ),
      fc.oneof(
        { weight: 9, arbitrary: fc.constant(undefined) },
        { weight: 1, arbitrary: fc.tuple(text.chain(onWire), text.chain(onWire)) },
      ),
    )
    .chain(([chosen, more]) =>
      fc
        .tuple(...[...required, ...chosen].map((one) => wired(one).map((value) => [one.name, value])))
        .map((pairs) => [...pairs, ...(more === undefined ? [] : [more])].map((pair) => pair.join('=')).join('&')),
    );
  const body = bodyOf(operation, document, known);
  return fc
    .record({
      method: fc.oneof(
        { weight: 12, arbitrary: fc.constant(method) },
        { weight: 1, arbitrary: fc.constantFrom('HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'POST', 'GET') },
      ),
      segments,
      query,
      who: fc.constantFrom(...credentials),
      more: fc.oneof(
        { weight: 2, arbitrary: fc.constant({}) },
        { weight: 1, arbitrary: fc.dictionary(fc.constantFrom(...HEADERS), headerText, { maxKeys: 2 }) },
      ),
      sent: body,
    })
    .map(({ method: verb, segments: values, query: asked, who, more, sent }) => {
      let at = 0;
      const target = path.replace(/\{\w+\}/g, () => values[at++] ?? '') + (asked === '' ? '' : `?${asked}`);
      const bodied = verb !== 'GET' && verb !== 'HEAD' && verb !== 'TRACE' ? sent : undefined;
      return {
        method: verb,
        target,
        headers: { ...bodied?.headers, ...who, ...more },
        ...(bodied === undefined ? {} : { body: bodied.body }),
      };
    });
}

interface Sent {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

function bodyOf({ requestBody }: DocumentedOperation, document: OpenApi, known: Known): fc.Arbitrary<Sent | undefined> {
  const contents = Object.entries(requestBody?.content ?? { 'application/json': {} });
  const types = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...contents.map(([type]) => type)) },
    {
      weight: 1,
      arbitrary: fc.constantFrom('application/json; charset=utf-16', 'text/plain', 'multipart/form-data', '', 'application/json;'),
    },
  );
  const values = contents.map(([, { schema = {}, example }]) =>
    fc.oneof(valueOf(schema, document, known, 'any'), fc.constant(example ?? {})),
  );
  const json = fc.oneof(...values).map((value) => Buffer.from(typeof value === 'string' ? value : (JSON.stringify(value) ?? '')));
  const broken = json.chain((bytes) => fc.nat({ max: Math.max(0, bytes.length - 1) }).map((end) => bytes.subarray(0, end)));
  const raw = fc.uint8Array({ maxLength: 60 });
  const deep = fc.constantFrom(100, 100_000).map((levels) => Buffer.from('['.repeat(levels)));
  const bytes = fc.oneof(
    { weight: 8, arbitrary: json },
    { weight: 1, arbitrary: broken },
    { weight: 1, arbitrary: raw },
    { weight: 1, arbitrary: deep },
  );
  return fc.option(
    fc.tuple(types, bytes).map(([type, sent]) => ({ headers: type === '' ? {} : { 'content-type': type }, body: sent })),
    { freq: 12, nil: undefined },
  );
}
