// Refuses parameters that the table of operations does not name, before a route is asked: a misspelt one would be ignored.

import { onlyParameters } from '../parameters.ts';
import type { Operation } from './operation.ts';

/**
 * Checks the names of a request's parameters. What is open to everybody takes any, for it takes notice of none; an address that
 * the table has not is somebody else's to refuse.
 *
 * @example makeParameterCheck(OPERATIONS)('GET', '/v1/events', { qq: 'actor:maria' }) // throws
 */
export function makeParameterCheck(
  operations: readonly Operation[],
): (method: string, path: string, query: Readonly<Record<string, string>>) => void {
  const known = operations
    .filter(({ access }) => access !== 'none')
    // An address in full goes before a template that it fits too.
    .toSorted((a, b) => parameterCount(a) - parameterCount(b))
    .map((operation) => ({ operation, method: operation.method.toUpperCase(), address: addressOf(operation) }));
  return (method, path, query) => {
    if (Object.keys(query).length === 0) return;
    const asked = method === 'HEAD' ? 'GET' : method;
    const found = known.find((one) => one.method === asked && one.address.test(path));
    if (found !== undefined) onlyParameters(query, Object.keys(found.operation.inQuery ?? {}));
  };
}

function parameterCount({ path }: Operation): number {
  return path.split('{').length;
}

function addressOf({ path, takesRest }: Operation): RegExp {
  const parts = path.split(/\{\w+\}/).map((part) => part.replace(/[.]/g, '\\$&'));
  const pattern = parts.join('[^/]+');
  return new RegExp(`^${takesRest === true ? pattern.replace(/\[\^\/\]\+$/, '.+') : pattern}$`);
}
