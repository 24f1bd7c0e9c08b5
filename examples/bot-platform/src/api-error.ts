// The errors that a caller of the platform sees: {"error": {"code", "message", "issues"?}}.

import type { Context, ErrorHandler } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { z } from 'zod';

const STATUS = { invalid: 422, unauthenticated: 401, forbidden: 403, not_found: 404, conflict: 409, locked: 429 } as const;

export class ApiError extends Error {
  readonly code: keyof typeof STATUS;

  constructor(code: keyof typeof STATUS, message: string) {
    super(message);
    this.code = code;
  }
}

// Unique and foreign key violations, by PostgreSQL's codes.
const CONFLICTS: ReadonlyMap<unknown, string> = new Map([
  ['23505', 'This name or address is taken.'],
  ['23503', 'Something else refers to this, or what this refers to does not exist.'],
]);

export const answerError: ErrorHandler = (error, c) => {
  if (error instanceof ApiError) return answer(c, STATUS[error.code], error.code, error.message);
  if (error instanceof z.ZodError) {
    const issues = error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
    return c.json({ error: { code: 'invalid', message: 'The request does not fit.', issues } }, 422);
  }
  if (error instanceof HTTPException) return answer(c, error.status, 'invalid', error.message);
  const conflict = CONFLICTS.get(Reflect.get(error, 'code'));
  if (conflict !== undefined) return answer(c, 409, 'conflict', conflict);
  console.error(error);
  return answer(c, 500, 'internal', 'Something went wrong.');
};

type Status = (typeof STATUS)[keyof typeof STATUS] | 500 | HTTPException['status'];

function answer(c: Context, status: Status, code: string, message: string): Response {
  return c.json({ error: { code, message } }, status as 422);
}

/** The body of a request, parsed and checked. */
export async function bodyOf<T>(c: Context, schema: z.ZodType<T>): Promise<T> {
  const body: unknown = await c.req.json().catch(() => {
    throw new ApiError('invalid', 'The body is not JSON.');
  });
  return schema.parse(body);
}

/** A row that must be there. */
export function found<T>(row: T | undefined, what: string): T {
  if (row === undefined) throw new ApiError('not_found', `There is no such ${what}.`);
  return row;
}
