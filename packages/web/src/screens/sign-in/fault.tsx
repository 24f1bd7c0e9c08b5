// Why somebody could not come in, in a line.

import { codeOf, sayProblem } from '../../api/problem.ts';
import { t } from '../../text/en.ts';

/** @param says what an `unauthorized` means here; that a code is needed is no fault, the form asks for it */
export function SignInFault({ error, says }: { readonly error: unknown; readonly says: string }) {
  const code = codeOf(error);
  if (error === null || error === undefined || code === 'second_factor_needed') return null;
  const { title, detail, hint } = sayProblem(error);
  return (
    <p role="alert" className="text-bad">
      {code === 'unauthorized' ? says : `${detail ?? title}. ${code === 'rate_limited' ? hint : ''}`}
      {code === undefined ? ` ${t.errors.unreachableHint}` : ''}
    </p>
  );
}
