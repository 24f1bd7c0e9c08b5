import { type CryptoKey, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { beforeAll, expect, test } from 'vitest';
import { verifyIdToken } from './id-token.ts';

type Keys = { readonly keys: readonly object[] };

const EXPECTED = { issuer: 'https://login.example.com', clientId: 'indelible', nonce: 'n', algorithms: ['RS256', 'HS256', 'none'] };
const CLAIMS = { iss: EXPECTED.issuer, aud: 'indelible', sub: 'sub_1', nonce: 'n', email: 'a@b.test' };
let signing: CryptoKey;
let keys: Keys;
let stranger: CryptoKey;

beforeAll(async () => {
  const [own, other] = [await generateKeyPair('RS256', { extractable: true }), await generateKeyPair('RS256')];
  signing = own.privateKey;
  stranger = other.privateKey;
  keys = { keys: [{ ...(await exportJWK(own.publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' }] };
});

function sign(
  claims: JWTPayload,
  key: CryptoKey | Uint8Array = signing,
  alg = 'RS256',
  seconds: [iat: number, exp: number] = [0, 300],
): Promise<string> {
  const now = Math.floor(Date.now() / 1_000);
  return new SignJWT(claims)
    .setProtectedHeader({ alg, kid: 'k1' })
    .setIssuedAt(now + seconds[0])
    .setExpirationTime(now + seconds[1])
    .sign(key);
}

test('a token of the provider for this sign-in says who it is', async () => {
  expect(await verifyIdToken(await sign(CLAIMS), keys, EXPECTED)).toMatchObject({ sub: 'sub_1', email: 'a@b.test' });
  const both = await sign({ ...CLAIMS, aud: ['indelible', 'other'], azp: 'indelible' });
  expect(await verifyIdToken(both, keys, EXPECTED)).toMatchObject({ sub: 'sub_1' });
});

test.each<[string, JWTPayload]>([
  ['another issuer', { ...CLAIMS, iss: 'https://evil.test' }],
  ['another client', { ...CLAIMS, aud: 'other' }],
  ['this client among others, for one of them', { ...CLAIMS, aud: ['indelible', 'other'], azp: 'other' }],
  ['this client among others, for nobody', { ...CLAIMS, aud: ['indelible', 'other'] }],
  ['another sign-in', { ...CLAIMS, nonce: 'm' }],
  ['no sign-in', { iss: EXPECTED.issuer, aud: 'indelible', sub: 'sub_1' }],
  ['nobody', { ...CLAIMS, sub: '' }],
])('a token of %s is refused', async (_, claims) => {
  await expect(verifyIdToken(await sign(claims), keys, EXPECTED)).rejects.toMatchObject({ code: 'unauthorized' });
});

test('a token of another key, another algorithm, or none is refused', async () => {
  await expect(verifyIdToken(await sign(CLAIMS, stranger), keys, EXPECTED)).rejects.toMatchObject({ code: 'unauthorized' });
  // The public key as a shared secret, and no signature, though the provider names both.
  const secret = new TextEncoder().encode(JSON.stringify(keys.keys[0]));
  await expect(verifyIdToken(await sign(CLAIMS, secret, 'HS256'), keys, EXPECTED)).rejects.toMatchObject({ code: 'unauthorized' });
  const [, body] = (await sign(CLAIMS)).split('.');
  const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${body}.`;
  await expect(verifyIdToken(none, keys, EXPECTED)).rejects.toMatchObject({ code: 'unauthorized' });
  for (const token of ['', 'a.b.c', 'x'])
    await expect(verifyIdToken(token, keys, EXPECTED)).rejects.toMatchObject({ code: 'unauthorized' });
});

test('a token that is over, of old, or of a time to come is refused', async () => {
  for (const seconds of [
    [-300, -60],
    [-3_600, 300],
    [3_600, 7_200],
  ] as [number, number][])
    await expect(verifyIdToken(await sign(CLAIMS, signing, 'RS256', seconds), keys, EXPECTED)).rejects.toMatchObject({
      code: 'unauthorized',
    });
});
