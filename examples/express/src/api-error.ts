// The errors that a caller sees: {"error": {"code", "message", "issues"?}}.

import type { ErrorRequestHandler } from 'express';
import { z } from 'zod';
import { Prisma } from './generated/prisma/client.ts';

const STATUS = { invalid: 422, unauthenticated: 401, forbidden: 403, not_found: 404, conflict: 409 } as const;

export class ApiError extends Error {
  readonly code: keyof typeof STATUS;

  constructor(code: keyof typeof STATUS, message: string) {
    super(message);
    this.code = code;
  }
}

/** What Prisma's own codes mean to a caller. */
const KNOWN: ReadonlyMap<string, readonly [code: keyof typeof STATUS, message: string]> = new Map([
  ['P2002', ['conflict', 'This exists already.']],
  ['P2003', ['conflict', 'What this refers to does not exist.']],
  ['P2025', ['not_found', 'There is no such record.']],
]);

// Express knows an error handler by its four parameters.
export const answerError: ErrorRequestHandler = (error: unknown, _req, res, _next) => {
  if (error instanceof z.ZodError) {
    const issues = error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
    res.status(422).json({ error: { code: 'invalid', message: 'The request does not fit.', issues } });
    return;
  }
  const { status, code, message } = described(error);
  res.status(status).json({ error: { code, message } });
};

function described(error: unknown): { status: number; code: string; message: string } {
  if (error instanceof ApiError) return { status: STATUS[error.code], code: error.code, message: error.message };
  const known = error instanceof Prisma.PrismaClientKnownRequestError ? KNOWN.get(error.code) : undefined;
  if (known !== undefined) return { status: STATUS[known[0]], code: known[0], message: known[1] };
  // What express.json() says of a body that is none.
  if (error instanceof SyntaxError) return { status: 422, code: 'invalid', message: 'The body is not JSON.' };
  console.error(error);
  return { status: 500, code: 'internal', message: 'Something went wrong.' };
}
