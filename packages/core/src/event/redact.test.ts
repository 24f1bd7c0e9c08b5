import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isCardNumber } from './card-number.ts';
import { makeRedaction, wordsOf } from './redact.ts';
import type { EventContext, Json, JsonObject } from './types.ts';

const redaction = makeRedaction();
const SECRET_KEYS = [
  'password',
  'userPassword',
  'PASSWD',
  'secret',
  'client_secret',
  'token',
  'accessToken',
  'x-api-key',
  'apikey',
  'APIKey',
  'api_key',
  'privateKey',
  'Authorization',
  'Set-Cookie',
  'ssn',
  'OAuth2Token',
  'password2',
];
const SPARED_KEYS = [
  'secretId',
  'token_count',
  'max_tokens',
  'maxToken',
  'token_ids',
  'passwordChangedAt',
  'token_type',
  'secret_name',
  'cookieId',
  'MAX_SECRET',
  'tokens',
  'secretary',
  'tokenizer',
  'authMethod',
  'author',
  'passworded',
];

test.each([
  ['apiKey', ['api', 'key']],
  ['stripeAPIKey_v2', ['stripe', 'api', 'key', 'v', '2']],
  ['x-api-key', ['x', 'api', 'key']],
  ['MAX_TOKENS', ['max', 'tokens']],
  ['a.b/c d', ['a', 'b', 'c', 'd']],
  ['größeÄndern', ['größe', 'ändern']],
  ['', []],
])('words of %j', (key, words) => {
  expect(wordsOf(key)).toEqual(words);
});

test.each(SECRET_KEYS)('%s holds a secret', (key) => {
  expect(redaction.apply({ [key]: 'x' })[key]).toEqual({ redacted: expect.stringMatching(/^[a-z_]+$/) });
});

test.each(SPARED_KEYS)('%s holds none', (key) => {
  const value = { [key]: 'x' };
  expect(redaction.apply(value)).toBe(value);
});

test('the marker names the rule, at any depth, and what stands beside it stays', () => {
  const value = { a: [{ apiKey: 'sk', b: 1 }, 2], password: { old: 1 }, c: { d: 'e' } };
  expect(redaction.apply(value)).toEqual({
    a: [{ apiKey: { redacted: 'api_key' }, b: 1 }, 2],
    password: { redacted: 'password' },
    c: { d: 'e' },
  });
  expect(value.a[0]).toEqual({ apiKey: 'sk', b: 1 });
  expect(redaction.apply(value)['c']).toBe(value.c);
});

test('card numbers are found by Luhn, prefix and length, and only under keys of cards', () => {
  const card = '4111 1111 1111 1111';
  expect(
    redaction.apply({
      card,
      cardId: card,
      order: card,
      pan: 4111111111111111,
      payment: { card: { number: card, last: '1111', id: card } },
    }),
  ).toEqual({
    card: { redacted: 'card_number' },
    cardId: card,
    order: card,
    pan: { redacted: 'card_number' },
    payment: { card: { number: { redacted: 'card_number' }, last: '1111', id: card } },
  });
  for (const number of [
    '5555555555554444',
    '2223003122003222',
    '378282246310005',
    '6011111111111117',
    '30569309025904',
    '3530111333300000',
    '6200000000000005',
  ])
    expect(isCardNumber(number), number).toBe(true);
  for (const number of ['4111111111111112', '41111111111111', '1234567812345670', '', 'visa', true, undefined])
    expect(isCardNumber(number), String(number)).toBe(false);
});

test('rules are added and removed by configuration; an added rule may end as spared keys do', () => {
  const own = makeRedaction({ add: ['salary', 'homeAddress', 'tax_id'], remove: ['cookie', 'card_number'] });
  expect(
    own.apply({
      salary: 1,
      baseSalary: 2,
      home_address: 'x',
      homeaddress: 'y',
      taxId: '1',
      tax_id_count: 3,
      cookie: 'c',
      card: '4111111111111111',
      password: 'p',
    }),
  ).toEqual({
    salary: { redacted: 'salary' },
    baseSalary: { redacted: 'salary' },
    home_address: { redacted: 'home_address' },
    homeaddress: { redacted: 'home_address' },
    taxId: { redacted: 'tax_id' },
    tax_id_count: 3,
    cookie: 'c',
    card: '4111111111111111',
    password: { redacted: 'password' },
  });
  expect(() => makeRedaction({ remove: ['pasword'] })).toThrow(expect.objectContaining({ code: 'config_invalid' }));
  expect(() => makeRedaction({ add: ['--'] })).toThrow(expect.objectContaining({ code: 'config_invalid' }));
});

test('no built-in rule touches the context; an added one leaves a text, and takes out what is no text', () => {
  const context: Required<EventContext> = {
    ip: '203.0.113.77',
    location: { country: 'PT' },
    userAgent: 'x',
    sessionId: 's',
    requestId: 'r',
    traceId: 't',
    spanId: 'p',
    route: '/',
    authMethod: 'sso',
    reason: 'why',
  };
  expect(redaction.applyToContext(context)).toBe(context);
  const { ip: _, location: __, ...rest } = context;
  expect(makeRedaction({ add: ['ip', 'location', 'reason'] }).applyToContext(context)).toEqual({ ...rest, reason: '[redacted: reason]' });
});

test('a key __proto__ beside a secret stays a key', () => {
  const redacted = redaction.apply(JSON.parse('{"__proto__":{"password":"p","x":1},"token":"t"}') as JsonObject);
  expect(Object.getPrototypeOf(redacted)).toBe(Object.prototype);
  expect(JSON.stringify(redacted)).toBe('{"__proto__":{"password":{"redacted":"password"},"x":1},"token":{"redacted":"token"}}');
});

test('more keys than are remembered are decided all the same', () => {
  const own = makeRedaction();
  const value = Object.fromEntries(Array.from({ length: 25_000 }, (_, index) => [`key${index}x`, index]));
  expect(own.apply(value)).toBe(value);
  expect(own.apply({ password: 1 })).toEqual({ password: { redacted: 'password' } });
});

const MARK = '\u2620secret\u2620';
const FREE_KEYS = fc.constantFrom('name', 'config', 'items', 'a', 'b', 'model', '__proto__');
const trees = (key: fc.Arbitrary<string>, leaf: fc.Arbitrary<Json>): fc.Arbitrary<JsonObject> =>
  fc.letrec<{ tree: JsonObject; value: Json }>((tie) => ({
    value: fc.oneof({ depthSize: 'small' }, leaf, tie('tree'), fc.array(tie('value'), { maxLength: 3 })),
    tree: fc.dictionary(key, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  })).tree;

test('no value under a key that names a secret comes through, wherever it stands', () => {
  const secret = trees(FREE_KEYS, fc.constant<Json>(MARK));
  fc.assert(
    fc.property(
      trees(FREE_KEYS, fc.constantFrom<Json>(1, 'x', null)),
      secret,
      fc.constantFrom(...SECRET_KEYS),
      fc.array(FREE_KEYS, { maxLength: 5 }),
      (around, held, key, way) => {
        const planted = way.reduce<JsonObject>((inner, step, index) => ({ ...around, [step]: index % 2 === 0 ? inner : [around, inner] }), {
          ...around,
          [key]: { held, MARK },
        });
        expect(JSON.stringify(redaction.apply(planted))).not.toContain(MARK);
      },
    ),
    { numRuns: 500 },
  );
});

test('spared keys keep what they hold, and a tree of them is the same object afterwards', () => {
  fc.assert(
    fc.property(
      trees(fc.oneof(FREE_KEYS, fc.constantFrom(...SPARED_KEYS)), fc.constantFrom<Json>(MARK, 5, null, '4111111111111111')),
      (tree) => {
        expect(redaction.apply(tree)).toBe(tree);
      },
    ),
  );
});

test('redacting twice changes nothing more', () => {
  fc.assert(
    fc.property(
      trees(fc.oneof(FREE_KEYS, fc.constantFrom(...SECRET_KEYS, 'card')), fc.constantFrom<Json>('4111111111111111', 1, 'x')),
      (tree) => {
        const once = redaction.apply(tree);
        expect(redaction.apply(once)).toStrictEqual(once);
      },
    ),
  );
});
