// Why a form could not be sent, in a line under it.

import { codeOf, sayProblem } from '../api/problem.ts';

/** @example <FormFault error={error} /> */
export function FormFault({ error }: { readonly error: unknown }) {
  if (error === null || error === undefined) return null;
  const { title, detail, hint, requestId } = sayProblem(error);
  const code = codeOf(error);
  // Of what the form itself can mend, the detail says all.
  const hinted = code === undefined || code === 'rate_limited' || code === 'internal' || code === 'store_unavailable';
  return (
    <p role="alert" className="break-words text-bad" title={requestId}>
      {detail ?? title}
      {hinted ? ` ${hint}` : ''}
    </p>
  );
}
