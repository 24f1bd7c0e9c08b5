// Errors as RFC 9457 problem+json: a stable code of the one catalogue, the request's id, and what to do.

import { ERRORS, type ErrorCode, Failure } from '@indelible/core';

export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ErrorCode;
  readonly hint: string;
  readonly requestId?: string;
  readonly [extension: string]: unknown;
}

export function problemOf(failure: Failure, requestId?: string): Problem {
  const { retryAfterSeconds: _, ...details } = failure.details;
  return {
    type: `urn:indelible:error:${failure.code}`,
    title: ERRORS[failure.code].title,
    status: failure.status,
    detail: failure.message,
    code: failure.code,
    hint: failure.hint,
    ...(requestId === undefined ? {} : { requestId }),
    ...details,
  };
}

export function problemResponse(failure: Failure, requestId: string): Response {
  const retry = failure.details.retryAfterSeconds ?? (failure.status === 503 || failure.status === 429 ? 1 : undefined);
  return Response.json(problemOf(failure, requestId), {
    status: failure.status,
    headers: {
      'content-type': 'application/problem+json',
      'indelible-request-id': requestId,
      ...(retry === undefined ? {} : { 'retry-after': String(retry) }),
      ...(failure.status === 401 ? { 'www-authenticate': 'Bearer realm="indelible"' } : {}),
    },
  });
}

/** Anything that was thrown as a Failure: what is not one already is `internal`, and tells the caller nothing. */
export function asFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  const cause = error instanceof Error ? error : new Error(String(error));
  return new Failure('internal', 'something went wrong on our side', {}, { cause });
}
