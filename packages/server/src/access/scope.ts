// The saved query that somebody sees a tenant within: fields alone, so that every statement can say it exactly, and no times,
// so that it means the same whenever and wherever it is asked.

import { Failure, type Node, parse, type Query } from '@indelible/core';
import { SCOPE_CHARS_MAX } from '../limits.ts';

/**
 * Undefined for the empty text: everything.
 *
 * @param pointer what the text is called where it was given
 * @throws Failure `parameter_invalid`, `query_invalid`
 * @example readScope('resource:bot/bot_42 -action:audit.*')
 */
export function readScope(text: string, pointer = 'scope'): Query | undefined {
  if (text.length > SCOPE_CHARS_MAX)
    throw new Failure('parameter_invalid', `${pointer}: expected ${SCOPE_CHARS_MAX} characters at most`, { pointer });
  const query = parse(text);
  if (query.terms.length === 0) return undefined;
  const fault = query.terms.map(faultOf).find((found) => found !== undefined);
  if (fault !== undefined) throw new Failure('parameter_invalid', `${pointer}: ${fault}`, { pointer });
  return query;
}

function faultOf(node: Node): string | undefined {
  switch (node.kind) {
    case 'text':
      return 'free text cannot limit what is seen; name fields, as in resource:bot/bot_42 or actor.id:usr_maria';
    case 'field':
      if (node.match.kind === 'time') return 'a time cannot limit what is seen';
      return node.path !== undefined && node.match.kind === 'glob' ? `a value of ${node.field} is compared whole, without a *` : undefined;
    case 'any':
    case 'all':
      return node.terms.map(faultOf).find((found) => found !== undefined);
  }
}
