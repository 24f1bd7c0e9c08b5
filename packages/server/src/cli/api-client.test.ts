import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Failure } from '@indelible/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { problemResponse } from '../http/problem.ts';
import { isPassing, makeApiClient } from './api-client.ts';
import { withPlace } from './query-fault.ts';

let server: Server;
let url: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    void answer(new URL(request.url ?? '/', 'http://x'), request.headers as Record<string, string>).then(async (made) => {
      response.writeHead(made.status, Object.fromEntries(made.headers)).end(await made.text());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.close();
});

async function answer(asked: URL, headers: Record<string, string>): Promise<Response> {
  if (asked.pathname === '/v1/broken') return new Response('<html>', { status: 200 });
  if (asked.pathname === '/v1/proxy') return new Response('<html>', { status: 502 });
  if (asked.pathname === '/v1/busy') return problemResponse(new Failure('rate_limited', 'too many', { retryAfterSeconds: 7 }), 'req_1');
  if (asked.pathname === '/v1/fault') return problemResponse(new Failure('internal', 'something went wrong on our side'), 'req_2');
  if (asked.pathname === '/v1/query')
    return problemResponse(new Failure('query_invalid', 'There is no field "acto".', { position: 4 }), 'req_3');
  return Response.json({ search: asked.search, authorization: headers['authorization'], tenant: headers['indelible-tenant'] });
}

test('parameters, key and tenant reach the server as they are', async () => {
  const client = makeApiClient({ url: `${url}/`, key: 'ink_x', tenant: 'org_acme' });
  const q = 'actor:"a&b=c" action:*é';
  const got = await client.get<{ search: string; authorization: string; tenant: string }>('/v1/echo', { q, limit: 5, cursor: undefined });
  expect(Object.fromEntries(new URLSearchParams(got.search))).toEqual({ q, limit: '5' });
  expect(got).toMatchObject({ authorization: 'Bearer ink_x', tenant: 'org_acme' });
});

test('what the server says is wrong arrives as the Failure that it was', async () => {
  const client = makeApiClient({ url });
  await expect(client.get('/v1/busy')).rejects.toMatchObject({ code: 'rate_limited', details: { retryAfterSeconds: 7 } });
  await expect(client.get('/v1/query')).rejects.toMatchObject({ code: 'query_invalid', details: { position: 4 } });
  await expect(client.get('/v1/fault')).rejects.toThrow('req_2');
});

test('no server, no JSON, no problem+json: each is said', async () => {
  await expect(makeApiClient({ url: 'http://127.0.0.1:1' }).get('/v1/x')).rejects.toMatchObject({
    code: 'server_unreachable',
    message: expect.stringContaining('no server answers there') as string,
    hint: expect.stringContaining('Start the server') as string,
  });
  await expect(makeApiClient({ url }).get('/v1/broken')).rejects.toThrow('no JSON');
  await expect(makeApiClient({ url }).get('/v1/proxy')).rejects.toThrow('502');
  await expect(makeApiClient({ url: 'nonsense' }).get('/v1/x')).rejects.toMatchObject({ code: 'parameter_invalid' });
  await expect(makeApiClient({ url: 'ftp://host' }).get('/v1/x')).rejects.toMatchObject({ code: 'parameter_invalid' });
  await expect(makeApiClient({ url, key: 'a\nb' }).get('/v1/x')).rejects.toMatchObject({ code: 'parameter_invalid' });
});

test('what may pass is told from what will not', () => {
  expect(isPassing(new Failure('store_unavailable', ''))).toBe(true);
  expect(isPassing(new Failure('rate_limited', ''))).toBe(true);
  expect(isPassing(new Failure('not_found', '', {}, { cause: new Error('ECONNREFUSED') }))).toBe(true);
  expect(isPassing(new Failure('not_found', ''))).toBe(false);
  expect(isPassing(new Failure('query_invalid', ''))).toBe(false);
});

test('a caret stands under the place of the fault, also in a long query', () => {
  const place = (q: string, position: number): string[] =>
    (withPlace(new Failure('query_invalid', 'No.', { position }), q) as Failure).message.split('\n');
  expect(place('actor:x acto:y', 8)).toEqual(['No.', '  actor:x acto:y', '          ^']);
  expect(place('é💥 b:"', 4)).toEqual(['No.', '  é💥 b:"', '      ^']);
  const [, line = '', caret = ''] = place(`${'x'.repeat(500)}!${'y'.repeat(500)}`, 500);
  expect(line.charAt(caret.indexOf('^'))).toBe('!');
  expect(line.length).toBeLessThan(80);
  expect(place('a', 99)).toEqual(['No.', '  a', '   ^']);
  const other = new Failure('cursor_invalid', 'No.', { position: 1 });
  expect(withPlace(other, 'a')).toBe(other);
});
