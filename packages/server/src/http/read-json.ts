// The JSON body of a request, other than events: read strictly, checked by the schema that the document shows.

import { Failure, faultsOf, parseJson, pointerOf } from '@indelible/core';
import type { Context } from 'hono';
import type { z } from 'zod';
import { JSON_BODY_BYTES_MAX } from '../limits.ts';
import { readBytes } from './read-bytes.ts';

/**
 * @throws Failure `content_type_unsupported`, `body_too_large`, `json_invalid`; `parameter_invalid` for what does not fit the schema
 * @example const { name, scopes } = await readJson(c, newKey);
 */
export async function readJson<Value>(c: Context, schema: z.ZodType<Value>): Promise<Value> {
  const type = (c.req.header('content-type') ?? '').split(';')[0]?.trim().toLowerCase();
  // A form of another site cannot send this type.
  if (type !== 'application/json')
    throw new Failure('content_type_unsupported', 'expected the header Content-Type: application/json', { pointer: 'Content-Type' });
  const bytes = await readBytes(c.req.raw, JSON_BODY_BYTES_MAX);
  const value = parseJson(decode(bytes));
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const faults = faultsOf(parsed.error.issues, value).map(({ path, expected, received }) => ({
    pointer: pointerOf(path),
    message: `expected ${expected}, got ${received}`,
  }));
  const [first] = faults;
  throw new Failure('parameter_invalid', `${first?.pointer === '' ? 'the body' : first?.pointer}: ${first?.message}`, {
    pointer: first?.pointer ?? '',
    ...(faults.length > 1 ? { faults } : {}),
  });
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Failure('json_invalid', 'the body is not UTF-8');
  }
}
