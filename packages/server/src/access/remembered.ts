// Answers of the database that are good for a moment: kept so long, and asked for once however many wait for them.

import { storeFailure } from '../store/pool.ts';

interface Kept<Answer> {
  readonly answer: Promise<Answer>;
  /** Milliseconds since 1970. */
  readonly until: number;
}

/**
 * @param look asks the database; what it throws is not kept
 * @param ms counted from the question, so that no answer is older than this
 * @param entriesMax how many are kept
 * @example const rolesOf = remembered((person) => readRoles(appender, person), { ms: 1_000, entriesMax: 10_000 });
 */
export function remembered<Answer>(
  look: (name: string) => Promise<Answer>,
  { ms, entriesMax }: { readonly ms: number; readonly entriesMax: number },
): (name: string) => Promise<Answer> {
  const cache = new Map<string, Kept<Answer>>();
  return (name) => {
    const now = Date.now();
    const known = cache.get(name);
    if (known !== undefined && known.until > now) return known.answer;
    const answer = look(name).catch((error: unknown) => {
      if (cache.get(name)?.answer === answer) cache.delete(name);
      throw storeFailure(error);
    });
    if (cache.size >= entriesMax) cache.clear();
    cache.set(name, { answer, until: now + ms });
    return answer;
  };
}
