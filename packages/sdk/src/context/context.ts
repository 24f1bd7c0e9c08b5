// The context of the code that runs now, carried along promises and callbacks by AsyncLocalStorage.
// A scope is one call of runWithContext: a frozen context, and the actor, which a sign-in may change.

import { AsyncLocalStorage } from 'node:async_hooks';
import { bindMethods } from './bind.ts';
import type { Actor, Context, LazyActor } from './types.ts';

/** One call of runWithContext. `version` grows whenever the actor changes, so that others can cache by it. */
export interface Scope {
  readonly context: Context;
  actor: Actor | LazyActor | undefined;
  version: number;
  asking: boolean;
}

/** Of the process and not of this module: an application may hold two copies of this package, and one of them patches pg. */
const STORAGE = Symbol.for('indelible.context.1');
const shared = globalThis as { [STORAGE]?: AsyncLocalStorage<Scope | undefined> };
const storage = (shared[STORAGE] ??= new AsyncLocalStorage<Scope | undefined>());

// What begins a query that is an object until then: Knex, Drizzle and Prisma begin at then(), Kysely at execute().
const LAZY = ['then', 'catch', 'finally'];
const BEGINNINGS = [...LAZY, 'execute'];

/**
 * Runs `fn` in a context; every write that it makes, however deep and however late, is attributed to it.
 * The context is copied: later changes to the object have no effect. An inner context replaces the outer one.
 * A query that is returned before it has begun (Knex, Drizzle, Prisma) begins in this context, whoever awaits it.
 *
 * @example
 * app.use((c, next) => runWithContext({ actor: () => c.get('user'), ip: c.req.header('x-forwarded-for') }, next));
 * @example
 * await runWithContext({ ...currentContext(), reason: 'Ticket 4812' }, () => db.delete(bots).where(eq(bots.id, id)));
 */
export function runWithContext<T>(context: Context, fn: () => T): T {
  const scope = newScope(context);
  return storage.run(scope, () => {
    const result = fn();
    return isLazy(result) ? bindTo(scope, result, LAZY) : result;
  });
}

/**
 * Binds a query that has not begun to the context in which it is bound, so that it may be awaited or executed in another:
 * by a queue, a batch, a helper. Outside of any context it does nothing.
 *
 * @returns the same object
 * @example
 * const query = runWithContext({ actor }, () => bindQuery(db.insertInto('bot').values(bot)));
 * await later(() => query.execute());
 */
export function bindQuery<T extends object>(query: T): T {
  const scope = storage.getStore();
  return scope === undefined ? query : bindTo(scope, query, BEGINNINGS);
}

function bindTo<T extends object>(scope: Scope, query: T, methods: readonly string[]): T {
  bindMethods(query, methods, (fn) => storage.run(scope, fn));
  return query;
}

/** A promise has begun, and belongs to the context that made it; what only looks like one begins when it is asked. */
function isLazy(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !(value instanceof Promise) && typeof Reflect.get(value, 'then') === 'function';
}

/** A scope that nothing runs in yet. */
export function newScope(context: Context): Scope {
  const copy = Object.freeze({ ...context });
  return { context: copy, actor: copy.actor, version: 0, asking: false };
}

/** The context of the code that runs now, with the actor as last set or answered; undefined outside of any. */
export function currentContext(): Context | undefined {
  const scope = storage.getStore();
  return scope === undefined ? undefined : { ...scope.context, actor: scope.actor };
}

/**
 * Changes the actor of the current context from now on, for a sign-in or sign-out handler.
 *
 * @returns false when there is no context to change.
 */
export function setActor(actor: Actor | LazyActor | undefined): boolean {
  const scope = storage.getStore();
  if (scope === undefined) return false;
  scope.actor = actor;
  scope.version += 1;
  return true;
}

/** The scope of the code that runs now. */
export function currentScope(): Scope | undefined {
  return storage.getStore();
}

/** Runs `fn` outside of any context: what lives longer than a request, such as a socket, must not inherit it. */
export function runWithoutContext<T>(fn: () => T): T {
  return storage.run(undefined, fn);
}

/**
 * The actor of a scope; a lazy one is asked, and its answer kept.
 * A lazy actor that writes to the database while it is asked gets no actor for that write.
 *
 * @throws whatever the application's function throws, and TypeError when it answers with a promise.
 */
export function actorOf(scope: Scope): Actor | undefined {
  if (typeof scope.actor !== 'function') return scope.actor;
  if (scope.asking) return undefined;
  scope.asking = true;
  try {
    const answer = scope.actor();
    if (answer === undefined || answer === null) return undefined;
    if (typeof answer !== 'object' || 'then' in answer)
      throw new TypeError('A lazy actor must answer with an object at once, not with a promise');
    scope.actor = answer;
    scope.version += 1;
    return answer;
  } finally {
    scope.asking = false;
  }
}
