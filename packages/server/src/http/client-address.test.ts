import { Hono } from 'hono';
import { expect, test } from 'vitest';
import { clientAddress } from './client-address.ts';
import type { Environment } from './environment.ts';

async function addressOf(
  remote: string | undefined,
  forwarded?: string,
  trusted: readonly string[] = ['10.0.0.0/8', '2001:db8::/32'],
): Promise<string> {
  const app = new Hono<Environment>();
  app.get('/', (c) => c.text(clientAddress(c, trusted) ?? 'none'));
  const env = remote === undefined ? undefined : { incoming: { socket: { remoteAddress: remote } } };
  const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
  return (await app.request('/', { headers }, env)).text();
}

test.each([
  ['no connection', undefined, '203.0.113.7', 'none'],
  ['nobody in between', '203.0.113.7', undefined, '203.0.113.7'],
  ['a dual-stack socket', '::ffff:203.0.113.7', undefined, '203.0.113.7'],
  ['a link-local address', 'fe80::1%eth0', undefined, 'fe80::1'],
  ['a client that says what it likes', '203.0.113.7', '198.51.100.1', '203.0.113.7'],
  ['a proxy', '10.0.0.1', '198.51.100.1', '198.51.100.1'],
  ['a proxy by IPv6', '2001:db8::1', '2001:0DB8:ffff::1, 198.51.100.1', '198.51.100.1'],
  ['two proxies', '10.0.0.1', '198.51.100.1, 10.2.3.4', '198.51.100.1'],
  ['a proxy, and a client that says what it likes', '10.0.0.1', '192.0.2.1, 198.51.100.1', '198.51.100.1'],
  ['a proxy that says nothing', '10.0.0.1', undefined, '10.0.0.1'],
  ['a proxy that says nonsense', '10.0.0.1', '198.51.100.1, unknown', 'none'],
  ['a proxy that says nonsense after another one', '10.0.0.1', '198.51.100.1, , 10.2.3.4', 'none'],
  ['a proxy that says the port', '10.0.0.1', '198.51.100.1:5555', '198.51.100.1'],
  ['a proxy that says the port, by IPv6', '10.0.0.1', '[2001:DB9::1]:443', '2001:db9::1'],
  ['a proxy that says it in brackets', '10.0.0.1', '[2001:db9::1]', '2001:db9::1'],
  ['a mapped address in hexadecimal', '10.0.0.1', '::ffff:cb00:7107', '203.0.113.7'],
  ['a proxy by a mapped address in hexadecimal', '::ffff:a00:1', '198.51.100.1', '198.51.100.1'],
  ['only proxies', '10.0.0.1', '10.0.0.2', '10.0.0.2'],
])('%s', async (_, remote, forwarded, expected) => {
  expect(await addressOf(remote, forwarded)).toBe(expected);
});

test('without trusted proxies nobody is believed', async () => {
  expect(await addressOf('10.0.0.1', '198.51.100.1', [])).toBe('10.0.0.1');
});
