// The context follows the code, and only that code.

import { expect, test } from 'vitest';
import { actorOf, bindQuery, currentContext, currentScope, runWithContext, runWithoutContext, setActor } from './context.ts';
import type { Scope } from './context.ts';
import type { Actor } from './types.ts';

function scopeNow(): Scope {
  const scope = currentScope();
  if (scope === undefined) throw new Error('no scope');
  return scope;
}

test('follows promises and timers, and ends with the call', async () => {
  expect(currentContext()).toBeUndefined();
  const seen = await Promise.all(
    ['a', 'b'].map((id) =>
      runWithContext({ actor: { id } }, async () => {
        await new Promise((resolve) => setTimeout(resolve, 1));
        return currentContext()?.actor;
      }),
    ),
  );
  expect(seen).toEqual([{ id: 'a' }, { id: 'b' }]);
  expect(currentContext()).toBeUndefined();
});

test('an inner context replaces the outer, and can build upon it', () => {
  runWithContext({ actor: { id: 'a' }, ip: '::1' }, () => {
    runWithContext({ reason: 'r' }, () => expect(currentContext()).toEqual({ actor: undefined, reason: 'r' }));
    runWithContext({ ...currentContext(), reason: 'r' }, () =>
      expect(currentContext()).toEqual({ actor: { id: 'a' }, ip: '::1', reason: 'r' }),
    );
    runWithoutContext(() => expect(currentContext()).toBeUndefined());
    expect(currentContext()).toEqual({ actor: { id: 'a' }, ip: '::1' });
  });
});

test('setActor changes this context only, and says when there is none', () => {
  expect(setActor({ id: 'x' })).toBe(false);
  runWithContext({ actor: { id: 'a' } }, () => {
    runWithContext({ ...currentContext() }, () => {
      expect(setActor({ id: 'b' })).toBe(true);
      expect(currentContext()?.actor).toEqual({ id: 'b' });
    });
    expect(currentContext()?.actor).toEqual({ id: 'a' });
  });
});

test('changes to the object afterwards have no effect', () => {
  const context: { reason?: string } = { reason: 'before' };
  runWithContext(context, () => {
    context.reason = 'after';
    expect(currentContext()?.reason).toBe('before');
  });
});

test('a lazy actor is asked until it answers, and then no more', () => {
  const answers: (Actor | undefined)[] = [undefined, { id: 'a' }, { id: 'b' }];
  runWithContext({ actor: () => answers.shift() }, () => {
    expect([actorOf(scopeNow()), actorOf(scopeNow()), actorOf(scopeNow())]).toEqual([undefined, { id: 'a' }, { id: 'a' }]);
    setActor(() => ({ id: 'c' }));
    expect(actorOf(scopeNow())).toEqual({ id: 'c' });
  });
});

test('a lazy actor may not answer with a promise, may throw, and is not asked within itself', () => {
  const promise = (async () => ({ id: 'a' })) as unknown as () => Actor;
  runWithContext({ actor: promise }, () => expect(() => actorOf(scopeNow())).toThrow(TypeError));
  const fails = (): never => {
    throw new Error('no session');
  };
  runWithContext({ actor: fails }, () => {
    expect(() => actorOf(scopeNow())).toThrow('no session');
    expect(() => actorOf(scopeNow())).toThrow('no session');
  });
  const within: (Actor | undefined)[] = [];
  const asksItself = (): Actor => {
    within.push(actorOf(scopeNow()));
    return { id: 'a' };
  };
  runWithContext({ actor: asksItself }, () => expect(actorOf(scopeNow())).toEqual({ id: 'a' }));
  expect(within).toEqual([undefined]);
});

/** A query as the builders make them: it begins when somebody asks for its result, and notes for whom. */
class Lazy {
  readonly begun: (string | undefined)[] = [];

  execute(): Promise<number> {
    return Promise.resolve(this.begun.push((currentContext()?.actor as Actor | undefined)?.id));
  }
}

function lazy(): Lazy & PromiseLike<number> {
  const query = new Lazy();
  Reflect.set(query, 'then', ((...args) => query.execute().then(...args)) as Promise<number>['then']);
  return query as Lazy & PromiseLike<number>;
}

test('a query that is returned before it begins, begins in the context that it was made in', async () => {
  const query = runWithContext({ actor: { id: 'a' } }, () => lazy());
  expect(query).toBeInstanceOf(Lazy);
  await runWithContext({ actor: { id: 'b' } }, async () => {
    expect(await query).toBe(1);
    expect(currentContext()?.actor).toEqual({ id: 'b' });
    const heard = await new Promise((resolve) => void query.then(() => resolve(currentContext()?.actor)));
    expect(heard).toEqual({ id: 'b' });
  });
  expect(query.begun).toEqual(['a', 'a']);
});

test('bindQuery does so for what is executed, returns the same object, and outside of a context does nothing', async () => {
  const query = new Lazy();
  expect(bindQuery(query)).toBe(query);
  expect(Object.hasOwn(query, 'execute')).toBe(false);
  runWithContext({ actor: { id: 'a' } }, () => bindQuery(query));
  await runWithContext({ actor: { id: 'b' } }, () => query.execute());
  expect(query.begun).toEqual(['a']);
});

test('promises, and objects that take no properties, are returned as they are', async () => {
  const promise = Promise.resolve(1);
  expect(runWithContext({}, () => promise)).toBe(promise);
  expect(Object.hasOwn(promise, 'then')).toBe(false);
  const frozen = Object.freeze(lazy());
  expect(runWithContext({ actor: { id: 'a' } }, () => frozen)).toBe(frozen);
  await frozen;
  expect(frozen.begun).toEqual([undefined]);
});
