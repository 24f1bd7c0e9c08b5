// From a context to the body: what is kept, what is cut, and that the sealed message always fits.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { currentScope, runWithContext } from '../context/context.ts';
import type { Context } from '../context/types.ts';
import { type Body, bodyOf } from './body.ts';
import { DATABASE_BYTES_MAX, MESSAGE_BYTES_MAX } from './limits.ts';
import { newNonce, openMessage, sealMessage } from './message.ts';
import { counters } from './stats.ts';

function made(context: Context): Body {
  return runWithContext(context, () => {
    const scope = currentScope();
    if (scope === undefined) throw new Error('no scope');
    return bodyOf(scope).body;
  });
}

test('keeps the known fields, makes an actor a user, and leaves out what is empty', () => {
  const body = made({
    actor: { id: 'usr_1', onBehalfOf: { type: 'service', id: 'svc' } },
    ip: '::1',
    reason: '',
    route: undefined,
    metadata: { plan: 'pro', when: new Date(0) },
  });
  expect(body).toEqual({
    v: 1,
    actor: { type: 'user', id: 'usr_1', onBehalfOf: { type: 'service', id: 'svc' } },
    context: { ip: '::1' },
    metadata: { plan: 'pro', when: '1970-01-01T00:00:00.000Z' },
  });
});

test('mends what PostgreSQL cannot store and what a double rounds; odd kinds become text or go', () => {
  const odd = {
    actor: { id: 42, name: 'a\0b', email: {} },
    ip: 7n,
    userAgent: '\ud83d',
    metadata: { big: 10n ** 20n, large: 2 ** 60, zero: 'x\0' },
  } as unknown as Context;
  expect(made(odd)).toEqual({
    v: 1,
    actor: { type: 'user', id: '42', name: 'ab' },
    context: { ip: '7', userAgent: '\ufffd' },
    metadata: { big: '100000000000000000000', large: '1152921504606847000', zero: 'x' },
  });
});

test('metadata that JSON cannot say is left out and counted', () => {
  const cycle: Record<string, unknown> = {};
  cycle.self = cycle;
  const faults = counters.faults;
  expect(made({ actor: { id: 'a' }, metadata: cycle })).toEqual({ v: 1, actor: { type: 'user', id: 'a' }, context: {} });
  expect(counters.faults).toBe(faults + 1);
});

test('trims in the documented order and says so', () => {
  const long = 'x'.repeat(10_000);
  expect(made({ userAgent: long, reason: 'short' })).toMatchObject({
    context: { userAgent: 'x'.repeat(1_024), reason: 'short' },
    trimmed: ['userAgent'],
  });
  const both = made({ actor: { id: 'a' }, userAgent: 'é'.repeat(1_024), reason: 'é'.repeat(900), route: 'r' });
  expect(both.trimmed).toEqual(['userAgent', 'reason']);
  expect([both.context?.userAgent?.length, both.context?.reason?.length, both.context?.route]).toEqual([256, 512, 'r']);
  const fat = made({ actor: { id: 'a' }, userAgent: 'short', metadata: { long } });
  expect(fat).toEqual({
    v: 1,
    actor: { type: 'user', id: 'a' },
    context: { userAgent: 'short' },
    trimmed: ['userAgent', 'reason', 'metadata'],
  });
});

test('a place is taken as it is known, and left out when it is not', () => {
  expect(made({ location: { country: 'DK', city: 'København' } }).context).toEqual({ location: { country: 'DK', city: 'København' } });
  expect(made({ location: { country: 'DK', city: '' }, ip: '::1' }).context).toEqual({ ip: '::1', location: { country: 'DK' } });
  expect(made({ location: {} }).context).toEqual({});
  expect(made({ location: { city: 'x'.repeat(2_000) } })).toMatchObject({
    context: { location: { city: 'x'.repeat(1_024) } },
    trimmed: ['location.city'],
  });
});

test('whatever the context, the sealed message fits, and can be read', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 50 }),
    fc.constantFrom('é', '"', '\\', '\u0001', 'x').map((char) => char.repeat(9_000)),
  );
  const party = fc.record({ id: text, name: text, email: text });
  const context = fc.record(
    {
      ip: text,
      location: fc.record({ country: text, city: text }, { requiredKeys: [] }),
      userAgent: text,
      sessionId: text,
      requestId: text,
      traceId: text,
      spanId: text,
      route: text,
      authMethod: text,
      reason: text,
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(context, fc.array(party, { minLength: 1, maxLength: 7 }), fc.object(), (rest, parties, metadata) => {
      const actor = parties.reduceRight<object | undefined>(
        (onBehalfOf, one) => ({ ...one, ...(onBehalfOf && { onBehalfOf }) }),
        undefined,
      );
      const added = { nonce: newNonce(), t: 8_640_000_000_000_000, database: '\u0001'.repeat(DATABASE_BYTES_MAX) };
      const sealed = sealMessage({ ...made({ ...rest, actor: actor ?? {}, metadata }), ...added }, 'key');
      expect(sealed.length).toBeLessThanOrEqual(MESSAGE_BYTES_MAX);
      expect(openMessage(sealed, 'key')?.attribution).toBe('verified');
    }),
    { numRuns: 300 },
  );
});
