// The schemas that several operations share: values, and the problem that every error is.

import { ERRORS, type ErrorCode } from '@indelible/core';
import { z } from 'zod';

export const timestamp = z.string().meta({ format: 'date-time', description: 'RFC 3339, UTC' });
export const bytes32 = z.string().meta({ contentEncoding: 'base64', description: '32 bytes, base64' });
export const count = z.number().int().min(0);
export const seq = count.describe("The leaf's index in the log, from 0");
export const jsonObject = z.record(z.string(), z.unknown());

/** A schema that stands by itself in the document, under a name. Where `T` is given, the compiler holds it to that type. */
export function named<T>(name: string, description: string, schema: z.ZodType<T>): z.ZodType<T> {
  return schema.meta({ id: name, description });
}

export const problem = named(
  'Problem',
  'An error (RFC 9457), as application/problem+json.',
  z.object({
    type: z.string().describe('urn:indelible:error: and the code'),
    title: z.string(),
    status: z.number().int(),
    detail: z.string().describe('What is wrong in this very case'),
    code: z.enum(Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]]).describe('Stable'),
    hint: z.string().describe('What to do'),
    requestId: z.string().exactOptional(),
    pointer: z.string().describe('Where: an RFC 6901 pointer into the body, or the name of a parameter').exactOptional(),
    position: count.describe('Where in the text, from 0').exactOptional(),
    line: z.number().int().min(1).describe('Where in the lines of an NDJSON body').exactOptional(),
    expected: z.string().exactOptional(),
    received: z.string().exactOptional(),
    faults: z
      .array(z.object({ pointer: z.string(), message: z.string() }))
      .describe('All of them, where there are several')
      .exactOptional(),
  }),
);
