// Errors of the API as people read them: what failed, what to do, and the number to name to an operator.

import type { components } from './schema.ts';
import { t } from '../text/en.ts';
import type { IconName } from '../ui/icon.tsx';

export type Problem = components['schemas']['Problem'];

/** An answer of the API that is an error. */
export class ProblemError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail);
    this.name = 'ProblemError';
    this.problem = problem;
  }
}

/** The code of an error of the API; undefined for any other, such as a server that cannot be reached. */
export function codeOf(error: unknown): Problem['code'] | undefined {
  return error instanceof ProblemError ? error.problem.code : undefined;
}

/** Whether asking again could go well: the server was not reached, or is busy or away. */
export function mayPass(error: unknown): boolean {
  return !(error instanceof ProblemError) || error.problem.status === 429 || error.problem.status >= 502;
}

export interface SaidProblem {
  readonly title: string;
  readonly detail?: string;
  readonly hint: string;
  readonly requestId?: string;
  readonly icon: IconName;
}

/** @example sayProblem(new ProblemError(problem)).title // 'The query took too long' */
export function sayProblem(error: unknown): SaidProblem {
  if (error instanceof ProblemError) {
    const { title, detail, hint, requestId, status } = error.problem;
    const icon = status === 403 ? 'denied' : 'warning';
    return { title, detail, hint, icon, ...(requestId === undefined ? {} : { requestId }) };
  }
  // What fetch throws says in each browser something else, and nothing to anybody.
  if (error instanceof TypeError) return { title: t.errors.unreachable, hint: t.errors.unreachableHint, icon: 'warning' };
  return {
    title: t.errors.unknown,
    detail: error instanceof Error ? error.message : String(error),
    hint: t.errors.unknownHint,
    icon: 'warning',
  };
}
