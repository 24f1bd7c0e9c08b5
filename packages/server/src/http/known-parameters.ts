// Refuses parameters that the table of operations does not name, before a route is asked: a misspelt one would be ignored.

import { Failure } from '@indelible/core';
import type { MiddlewareHandler } from 'hono';
import type { Environment } from './environment.ts';

/**
 * Behind the gate, which finds the operation, so that strangers learn nothing. What is open to everybody takes any, for it
 * takes notice of none.
 *
 * @example app.use(refuseUnknownParameters)
 */
export const refuseUnknownParameters: MiddlewareHandler<Environment> = async (c, next) => {
  const operation = c.get('operation');
  if (operation !== undefined && operation.access !== 'none') {
    const known = Object.keys(operation.inQuery ?? {});
    for (const name of Object.keys(c.req.query())) if (!known.includes(name)) throw unknown(name, known);
  }
  await next();
};

function unknown(name: string, known: readonly string[]): Failure {
  const those = known.length === 0 ? 'this address takes none' : `there are ${known.join(', ')}`;
  return new Failure('parameter_invalid', `there is no parameter "${name}" here; ${those}`, { pointer: name });
}
