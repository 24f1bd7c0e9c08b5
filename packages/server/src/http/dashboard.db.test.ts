// The dashboard as the server serves it: pages, files that never change, and what somebody may choose from.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Hono } from 'hono';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Environment } from './environment.ts';
import { pageOperations } from './openapi/dashboard.ts';
import { dashboardRoutes } from './routes/dashboard.ts';
import { ADMIN_KEY, anEvent, openTestServer, type TestServer } from './server.test.fixture.ts';

const SCRIPT = `const text = "${'many words '.repeat(200)}";`;
let server: TestServer;
let folder: string;
let app: Hono<Environment>;

beforeAll(async () => {
  server = await openTestServer();
  folder = await mkdtemp(join(tmpdir(), 'indelible-public-'));
  await mkdir(join(folder, 'assets'));
  await writeFile(join(folder, 'index.html'), '<!doctype html><title>Indelible</title>');
  await writeFile(join(folder, 'secret.js'), 'not to be served');
  await writeFile(join(folder, 'assets', 'index-a1B2.js'), SCRIPT);
  await writeFile(join(folder, 'assets', 'notes.txt'), 'of no type that a page loads');
  app = new Hono<Environment>();
  app.onError((error, c) => c.text(error.message, 404));
  dashboardRoutes(app, folder);
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await server.close();
});

test('every address of the router is the page, which may load from this server alone and run nothing that stands in it', async () => {
  for (const { path } of pageOperations) {
    const address = path.replace(/\{\w+\}/g, 'a%2Fb');
    const answer = await app.request(address, { headers: { accept: 'text/html' } });
    expect({ path, status: answer.status, type: answer.headers.get('content-type') }).toEqual({
      path,
      status: 200,
      type: 'text/html; charset=UTF-8',
    });
    expect(answer.headers.get('cache-control')).toBe('no-cache');
    const policy = answer.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("style-src 'self';");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|\*|https?:|data:/);
    const etag = answer.headers.get('etag') ?? '';
    const again = await app.request(address, { headers: { 'if-none-match': etag } });
    expect([again.status, await again.text(), again.headers.get('content-security-policy')]).toEqual([304, '', policy]);
    const head = await app.request(address, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
  }
});

test('a page changes when it was built anew, without a restart', async () => {
  const before = (await app.request('/')).headers.get('etag');
  await writeFile(join(folder, 'index.html'), '<!doctype html><title>Newer</title>');
  const answer = await app.request('/');
  expect(await answer.text()).toContain('Newer');
  expect(answer.headers.get('etag')).not.toBe(before);
});

test('files are kept for ever, packed for whom they may be, and only those that pages load are served', async () => {
  const plain = await app.request('/assets/index-a1B2.js');
  expect(await plain.text()).toBe(SCRIPT);
  expect(plain.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  expect(plain.headers.get('vary')).toBe('accept-encoding');
  for (const _ of [1, 2]) {
    const packed = await app.request('/assets/index-a1B2.js', { headers: { 'accept-encoding': 'gzip, br' } });
    expect(packed.headers.get('content-encoding')).toBe('gzip');
    const bytes = Buffer.from(await packed.arrayBuffer());
    expect(bytes.length).toBeLessThan(SCRIPT.length / 4);
    expect(gunzipSync(bytes).toString()).toBe(SCRIPT);
  }
  const etag = plain.headers.get('etag') ?? '';
  expect((await app.request('/assets/index-a1B2.js', { headers: { 'if-none-match': etag } })).status).toBe(304);
  for (const name of ['..%2Fsecret.js', '%2e%2e%2fsecret.js', '..%2findex.html', 'notes.txt', 'none.js', '.js', 'index-a1B2.js%00'])
    expect({ name, status: (await app.request(`/assets/${name}`)).status }).toEqual({ name, status: 404 });
});

test('a dashboard that was not built says so, and how', async () => {
  const other = new Hono<Environment>();
  dashboardRoutes(other, join(folder, 'nowhere'));
  const answer = await other.request('/explore', { headers: { accept: 'text/html' } });
  expect(answer.status).toBe(503);
  expect(await answer.text()).toContain('npm run build');
});

test('what is not there is a page for a browser, and a problem in JSON for a program and within the API', async () => {
  for (const path of ['/v1/nothing', '/v1', '/log', '/explore/more', '/.env', '/index.html']) {
    const answer = await server.request(path);
    expect({ path, status: answer.status, code: answer.body['code'] }).toEqual({ path, status: 404, code: 'not_found' });
    const seen = await server.request(path, { headers: { accept: 'text/html' } });
    const type = path.startsWith('/v1') || path === '/log' ? 'application/problem+json' : 'text/html';
    expect({ path, status: seen.status, type: seen.headers.get('content-type') }).toEqual({
      path,
      status: 404,
      type: expect.stringContaining(type) as string,
    });
  }
  expect((await server.request('/openapi.json', { headers: { accept: 'text/html' } })).headers.get('content-type')).toContain('json');
});

test('somebody chooses among the tenants that they have a role in, and who is good for all among all', async () => {
  for (const tenant of ['org_acme', 'org_globex', 'other']) await server.post(anEvent({}), ADMIN_KEY, { 'indelible-tenant': tenant });
  const auditor = await server.signIn('auditor', 'org_acme', 'auditor@acme.test');
  const owner = await server.signIn('owner', undefined, 'owner@acme.test');
  const listed = async (cookie: string, prefix = '') =>
    (await server.request(`/v1/tenants?prefix=${encodeURIComponent(prefix)}`, { headers: { cookie } })).body;
  expect(await listed(auditor.cookie)).toEqual({ tenants: ['org_acme'], more: false });
  expect(await listed(auditor.cookie, 'org_g')).toEqual({ tenants: [], more: false });
  expect(await listed(owner.cookie)).toEqual({ tenants: ['org_acme', 'org_globex', 'other', '_operator'], more: false });
  expect(await listed(owner.cookie, 'org_')).toEqual({ tenants: ['org_acme', 'org_globex'], more: false });
  expect(await listed(owner.cookie, 'org%')).toEqual({ tenants: [], more: false });
  expect((await server.request('/v1/tenants', { headers: { authorization: `Bearer ${ADMIN_KEY}` } })).status).toBe(401);
});
