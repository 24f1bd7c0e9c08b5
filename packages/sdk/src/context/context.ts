// The context of the code that runs now, carried along promises and callbacks by AsyncLocalStorage.
// A scope is one call of runWithContext: a frozen context, and the actor, which a sign-in may change.

import { AsyncLocalStorage } from 'node:async_hooks';
import type { Actor, Context, LazyActor } from './types.ts';

/** One call of runWithContext. `version` grows whenever the actor changes, so that others can cache by it. */
export interface Scope {
  readonly context: Context;
  actor: Actor | LazyActor | undefined;
  version: number;
  asking: boolean;
}

const storage = new AsyncLocalStorage<Scope | undefined>();

/**
 * Runs `fn` in a context; every write that it makes, however deep and however late, is attributed to it.
 * The context is copied: later changes to the object have no effect. An inner context replaces the outer one.
 *
 * @example
 * app.use((c, next) => runWithContext({ actor: () => c.get('user'), ip: c.req.header('x-forwarded-for') }, next));
 * @example
 * await runWithContext({ ...currentContext(), reason: 'Ticket 4812' }, () => db.deleteFrom('bots').execute());
 */
export function runWithContext<T>(context: Context, fn: () => T): T {
  const copy = Object.freeze({ ...context });
  return storage.run({ context: copy, actor: copy.actor, version: 0, asking: false }, fn);
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
