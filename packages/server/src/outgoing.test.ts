import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { makeOutgoing } from './outgoing.ts';

const LOOPBACK = ['127.0.0.0/8', '::1'];
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** Answers with how often it was asked, and the port where it can be. */
async function serve(listener: RequestListener): Promise<{ readonly port: number; asked: number }> {
  const state = { port: 0, asked: 0 };
  const server = createServer((request, response) => {
    state.asked++;
    listener(request, response);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  state.port = (server.address() as AddressInfo).port;
  return state;
}

const at = (address: string) => async () => [{ address, family: address.includes(':') ? 6 : 4 }];

test('a listed network is reached, with what is sent', async () => {
  const server = await serve((request, response) => {
    request.setEncoding('utf8').on('data', (body: string) => {
      response.writeHead(201, { 'content-type': 'text/plain' }).end(`${request.method} ${String(request.headers['x-one'])} ${body}`);
    });
  });
  const outgoing = makeOutgoing({ networks: LOOPBACK });
  const sent = { method: 'POST', headers: { 'x-one': '1' }, body: 'hello' } as const;
  expect(await outgoing(`http://localhost:${server.port}/`, sent)).toEqual({
    status: 201,
    contentType: 'text/plain',
    text: 'POST 1 hello',
  });
});

test.each([
  '127.0.0.1', '127.9.9.9', '0.0.0.0', '10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', '169.254.169.254', '100.100.100.200',
  '168.63.129.16', '192.0.0.192', '198.18.0.1', '224.0.0.1', '255.255.255.255', '2130706433', '0x7f.1', '017700000001', '127.1',
  '[::1]', '[::]', '[fe80::1]', '[fc00::1]', '[fd00:ec2::254]', '[::ffff:127.0.0.1]', '[::ffff:169.254.169.254]', '[::127.0.0.1]',
  '[64:ff9b::7f00:1]', '[2002:7f00:1::]', '[2001:0:1::1]', '[ff02::1]', '[::ffff:8.8.8.8]',
])('%s is no public address', async (host) => {
  await expect(makeOutgoing({ networks: [] })(`https://${host}/`)).rejects.toThrow(/is at no public address: list its network/);
}); // prettier-ignore

test('a name that leads to an address that is not public is refused, whatever else it leads to', async () => {
  const server = await serve((_, response) => response.end());
  for (const address of ['127.0.0.1', '::1', '169.254.169.254', 'fe80::1%eth0', '::ffff:10.0.0.1'])
    await expect(makeOutgoing({ networks: [], resolve: at(address) })(`https://idp.example:${server.port}/`)).rejects.toThrow(
      /at no public/,
    );
  const both = async () => [
    { address: '8.8.8.8', family: 4 },
    { address: '127.0.0.1', family: 4 },
  ];
  await expect(makeOutgoing({ networks: [], resolve: both })(`https://idp.example:${server.port}/`)).rejects.toMatchObject({
    message: `idp.example:${server.port} is at no public address: list its network in INDELIBLE_OUTGOING_NETWORKS`,
    cause: { message: 'it is at 127.0.0.1' },
  });
  expect(server.asked).toBe(0);
});

test('a connection is made to the address that was checked: a name that changes its mind is asked once', async () => {
  const server = await serve((_, response) => response.end('here'));
  const answers = ['127.0.0.1', '192.0.2.1'];
  let asked = 0;
  const resolve = async () => [{ address: answers[asked++] ?? '', family: 4 }];
  const outgoing = makeOutgoing({ networks: LOOPBACK, resolve });
  expect((await outgoing(`http://idp.example:${server.port}/`)).text).toBe('here');
  expect(asked).toBe(1);
  // And now it leads elsewhere.
  await expect(outgoing(`http://idp.example:${server.port}/`)).rejects.toMatchObject({ cause: { message: 'it is at 192.0.2.1' } });
});

test('by https alone, but for networks that are listed', async () => {
  await expect(makeOutgoing({ networks: LOOPBACK, resolve: at('8.8.8.8') })('http://idp.example/')).rejects.toThrow(/by https alone/);
});

test.each(['file:///etc/passwd', 'ftp://idp.example/', 'data:text/plain,x', 'https://a:b@idp.example/', 'idp.example', ''])(
  '%s is not asked',
  async (url) => {
    await expect(makeOutgoing({ networks: LOOPBACK, resolve: at('127.0.0.1') })(url)).rejects.toMatchObject({ name: 'OutgoingError' });
  },
);

test('https is TLS: who does not speak it is not understood, and is sent nothing', async () => {
  const server = await serve((_, response) => response.end('here'));
  const url = `https://127.0.0.1:${server.port}/`;
  await expect(makeOutgoing({ networks: LOOPBACK })(url, { method: 'POST', body: 'secret' })).rejects.toThrow(/could not be asked/);
  expect(server.asked).toBe(0);
});

test('a redirect is not followed', async () => {
  const target = await serve((_, response) => response.end('secret'));
  for (const status of [301, 302, 303, 307, 308]) {
    const server = await serve((_, response) => response.writeHead(status, { location: `http://127.0.0.1:${target.port}/` }).end());
    await expect(makeOutgoing({ networks: LOOPBACK })(`http://127.0.0.1:${server.port}/`)).rejects.toThrow(/redirect/);
  }
  expect(target.asked).toBe(0);
});

test('what takes too long ends: a name, an answer, and one that never ends', async () => {
  const silent = await serve(() => undefined);
  const endless = await serve((_, response) => {
    response.write('a');
    const timer = setInterval(() => response.write('a'), 10);
    response.on('close', () => clearInterval(timer));
  });
  const outgoing = makeOutgoing({ networks: LOOPBACK, msMax: 200 });
  for (const { port } of [silent, endless]) await expect(outgoing(`http://127.0.0.1:${port}/`)).rejects.toThrow(/did not answer within/);
  const never = makeOutgoing({ networks: LOOPBACK, msMax: 50, resolve: () => new Promise(() => undefined) });
  await expect(never('https://idp.example/')).rejects.toThrow(/did not answer within/);
});

test('what is too long is not read to its end', async () => {
  const server = await serve((_, response) => response.end('x'.repeat(5_000)));
  const outgoing = makeOutgoing({ networks: LOOPBACK, bytesMax: 4_999 });
  await expect(outgoing(`http://127.0.0.1:${server.port}/`)).rejects.toThrow(/more than 4999 bytes/);
  expect((await makeOutgoing({ networks: LOOPBACK, bytesMax: 5_000 })(`http://127.0.0.1:${server.port}/`)).text).toHaveLength(5_000);
});

test('what a stranger answers does not stand in the error', async () => {
  const closed = await serve((_, response) => response.destroy());
  await expect(makeOutgoing({ networks: LOOPBACK })(`http://127.0.0.1:${closed.port}/`)).rejects.toThrow(/could not be asked: ECONNRESET/);
});

/** Everything by which Node asks somebody else. */
const ASKING =
  /\b(?<![.\w])fetch\(|\bfrom 'node:(https|http2|tls|dgram|dns)|\bfrom 'undici|new WebSocket\(|new EventSource\(|createConnection\(/;
const REQUESTING = /import (\*|[^;]*\b(request|get)\b)[^;]* from 'node:http'/;

test('nothing else of the server asks anybody', () => {
  const root = import.meta.dirname;
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts') && !/\.test\./.test(file));
  expect(files.length).toBeGreaterThan(200);
  const asking = files.filter((file) => {
    const text = readFileSync(join(root, file), 'utf8').replace(/^\s*(\/\/|\*).*$/gm, '');
    return ASKING.test(text) || REQUESTING.test(text);
  });
  // The commands that ask a server, by somebody at a terminal who says which.
  expect(asking.filter((file) => !file.startsWith('cli'))).toEqual(['outgoing.ts']);
});
