// Whether an account exists, by the time of an answer: for a wrong password the same work is done as for an account that there
// is not. What takes the time is counted, for a clock would measure the machine: hashes of passwords, and statements.

import { AsyncLocalStorage } from 'node:async_hooks';
import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import pg from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { bySystem } from '../access/actor.ts';
import { linkVisitor } from '../access/people/visitor.ts';
import { codeOf } from '../access/people/totp.test.fixture.ts';
import { openTestServer, ORIGIN, PASSWORD, type TestServer } from './server.test.fixture.ts';

interface Work {
  readonly status: number;
  /** Costs of the hashes. */
  readonly hashes: readonly string[];
  readonly statements: readonly string[];
}

let server: TestServer;
const emails: Record<string, string> = {};
/** The request that something is done for: what the server does by itself is for none. */
const under = new AsyncLocalStorage<{ readonly hashes: string[]; readonly statements: string[] }>();
const { scrypt } = crypto;

beforeAll(async () => {
  server = await openTestServer();
  emails['known'] = (await server.signIn('auditor', 'org_acme')).email;
  const { cookie, email } = await server.signIn('auditor', 'org_acme');
  const { uri } = (await send('/v1/second-factor', { password: PASSWORD }, cookie)).body as { uri: string };
  expect((await send('/v1/second-factor/confirm', { code: codeOf(uri) }, cookie)).status).toBe(200);
  emails['with a second factor'] = email;
  emails['without a password'] = 'visitor@acme.test';
  await linkVisitor({ owner: server.trail.store.owner, by: bySystem() }, { email: 'visitor@acme.test', name: 'Visitor' });
  emails['of nobody'] = 'nobody@acme.test';
  count();
});
afterAll(async () => {
  Object.assign(crypto, { scrypt });
  syncBuiltinESMExports();
  vi.restoreAllMocks();
  await server?.close();
});

function count(): void {
  const counted = (...given: unknown[]): void => {
    const { N, r, p } = given[3] as { N: number; r: number; p: number };
    under.getStore()?.hashes.push(`${N} ${r} ${p}`);
    (scrypt as (...all: unknown[]) => void)(...given);
  };
  Object.assign(crypto, { scrypt: counted });
  syncBuiltinESMExports();
  const { query } = pg.Client.prototype as { query: (...given: unknown[]) => unknown };
  vi.spyOn(pg.Client.prototype, 'query').mockImplementation(function (this: pg.Client, ...given: unknown[]) {
    const [first] = given;
    under.getStore()?.statements.push(typeof first === 'string' ? first : String((first as { text?: unknown }).text));
    return query.apply(this, given);
  });
}

const send = (path: string, body: object, cookie?: string) =>
  server.request(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: ORIGIN, ...(cookie === undefined ? {} : { cookie }) },
    body: JSON.stringify(body),
  });

async function workOf(body: object): Promise<Work> {
  const work = { hashes: [], statements: [] };
  const { status } = await under.run(work, () => send('/v1/sign-in', body));
  return { status, ...work };
}

test('a wrong password takes the same work for every account, and for none', async () => {
  const wrong = (who: string): Promise<Work> => workOf({ email: emails[who], password: 'an intruder has no idea' });
  const nobody = await wrong('of nobody');
  expect(nobody).toMatchObject({ status: 401, hashes: [expect.any(String)] });
  expect(nobody.statements.length).toBeGreaterThan(0);
  for (const who of Object.keys(emails)) expect({ who, ...(await wrong(who)) }).toEqual({ who, ...nobody });
  // With a code, right or wrong, it is the same: the password is looked at first.
  const coded = { email: emails['with a second factor'], password: 'an intruder has no idea', code: '123456' };
  expect(await workOf(coded)).toEqual(nobody);
});

test('what the test counts is the work: a right password takes more', async () => {
  const right = await workOf({ email: emails['known'], password: PASSWORD });
  expect(right).toMatchObject({ status: 200, hashes: [expect.any(String)] });
  expect(right.statements.length).toBeGreaterThan(1);
});
