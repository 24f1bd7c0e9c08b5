// The context follows the code, and only that code.

import { expect, test } from 'vitest';
import { actorOf, currentContext, currentScope, runWithContext, runWithoutContext, setActor } from './context.ts';
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
