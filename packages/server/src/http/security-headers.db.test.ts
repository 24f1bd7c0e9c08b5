// What every answer tells a browser, whichever way it came about.

import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeApp } from './app.ts';
import { pageOperations } from './openapi/dashboard.ts';
import { OPERATIONS } from './openapi/operations.ts';
import { SECURITY_HEADERS } from './security-headers.ts';
import { ADMIN_KEY, anEvent, openTestServer, type TestServer } from './server.test.fixture.ts';

let server: TestServer;
let logId: string;
beforeAll(async () => {
  server = await openTestServer();
  await server.post(Array(256).fill(anEvent()), ADMIN_KEY, { 'indelible-tenant': 'org_acme' });
  await server.trail.seal();
  ({ logId } = await server.trail.log('org_acme'));
});
afterAll(async () => {
  await server?.close();
});

const ASKED: readonly [string, string, RequestInit, number][] = [
  ['data', '/v1/events', {}, 200],
  ['a stream', '/v1/events/stream', { method: 'HEAD' }, 200],
  ['health', '/healthz', {}, 200],
  ['metrics', '/metrics', {}, 200],
  ['a refusal', '/v1/events', { headers: {} }, 401],
  ['another refusal', '/v1/events?q=a&q=b', {}, 422],
  ['an address that there is not', '/nowhere', {}, 404],
  ['a method that there is not', '/v1/events', { method: 'DELETE' }, 404],
  ['a body that is refused', '/v1/events', { method: 'POST', body: '{' }, 422],
];

test.each(ASKED)('%s', async (_, path, init, status) => {
  const headers = { authorization: `Bearer ${ADMIN_KEY}`, 'indelible-tenant': 'org_acme', 'content-type': 'application/json' };
  const response = await server.app.request(path, { headers, ...init });
  expect(response.status).toBe(status);
  for (const [name, value] of Object.entries(SECURITY_HEADERS))
    expect([name, response.headers.get(name)]).toEqual([
      name,
      path.endsWith('/stream') && name === 'cache-control' ? 'no-store, no-transform' : value,
    ]);
  expect(SECURITY_HEADERS['content-security-policy']).toContain("frame-ancestors 'none'");
  await response.body?.cancel();
});

test('a fault has them too, and tells nothing', async () => {
  const app = makeApp({ ...server.services, checks: () => Promise.reject(new Error('secret')) });
  const response = await app.request('/readyz');
  expect(response.status).toBe(500);
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) expect(response.headers.get(name)).toBe(value);
  expect(await response.text()).not.toContain('secret');
});

/** What a browser may keep of each answer that it may keep at all. */
async function kept(): Promise<string[]> {
  const headers = { authorization: `Bearer ${ADMIN_KEY}`, 'indelible-tenant': 'org_acme' };
  const found: string[] = [];
  for (const { path, method, id } of OPERATIONS) {
    if (method !== 'get') continue;
    const address = path
      .replace('{logId}', logId)
      .replace('{tile}', '0/000')
      .replace(/\{\w+\}/g, 'x');
    const response = await server.app.request(address, { headers, method: id === 'streamEvents' ? 'HEAD' : 'GET' });
    await response.body?.cancel();
    const control = response.headers.get('cache-control') ?? '';
    if (!control.includes('no-store')) found.push(`${id} ${response.status}: ${control}`);
  }
  return found;
}

test('a browser keeps no data, but for what is public', async () => {
  const pages = pageOperations.map(({ id }) => `${id} 200: no-cache`);
  const open = ['getOpenApi 200: no-cache', 'getDocumentation 200: no-cache', ...pages];
  expect(await kept()).toEqual(open);
  await server.trail.admin.query("update indelible.log set is_public = true where tenant = 'org_acme'");
  // That a log is public is known after a moment.
  await expect
    .poll(kept, { timeout: 30_000 })
    .toEqual(['getCheckpoint 200: no-cache', 'getTile 200: private, max-age=31536000, immutable', ...open]);
});

test('the page runs no script, loads nothing, and its style is the one that the policy names', async () => {
  const response = await server.app.request('/docs');
  const policy = response.headers.get('content-security-policy') ?? '';
  const directives = new Map(policy.split('; ').map((part) => [part.split(' ')[0], part.split(' ').slice(1).join(' ')]));
  const style = /<style>([^]*?)<\/style>/.exec(await response.text())?.[1] ?? '';
  expect(Object.fromEntries(directives)).toEqual({
    'default-src': "'none'",
    'style-src': `'sha256-${createHash('sha256').update(style).digest('base64')}'`,
    'base-uri': "'none'",
    'form-action': "'none'",
    'frame-ancestors': "'none'",
  });
  expect(policy).not.toContain('unsafe');
});

test('a browser that came by TLS, as a trusted proxy says, comes back by TLS alone', async () => {
  const app = makeApp({ ...server.services, trustedProxies: ['10.0.0.0/8'] });
  const told = async (from: string | undefined, proto?: string): Promise<string | null> => {
    const env = from === undefined ? {} : { incoming: { socket: { remoteAddress: from } } };
    const response = await app.request('/docs', { headers: proto === undefined ? {} : { 'x-forwarded-proto': proto } }, env);
    return response.headers.get('strict-transport-security');
  };
  for (const proto of ['https', 'HTTPS', 'https, http']) expect(await told('10.1.2.3', proto)).toMatch(/^max-age=31536000/);
  for (const proto of [undefined, 'http', 'http, https', 'httpsx']) expect(await told('10.1.2.3', proto)).toBeNull();
  expect(await told('203.0.113.7', 'https')).toBeNull();
  expect(await told(undefined, 'https')).toBeNull();
});
