import { expect, test } from 'vitest';
import {
  SIGN_IN_CODE_FAILURES_MAX,
  SIGN_IN_CODE_WINDOW_MS,
  SIGN_IN_FAILURES_MAX,
  SIGN_IN_PLACE_FAILURES_MAX,
  SIGN_IN_WINDOW_MS,
  SIGN_INS_AT_ONCE_MAX,
  STRANGERS_AT_ONCE_MAX,
} from '../../limits.ts';
import { type Attempt, Attempts } from './attempts.ts';

const MARIA: Attempt = { account: 'maria@acme.test', address: '203.0.113.7', device: undefined };
const fail = async (): Promise<undefined> => undefined;
const succeed = async (): Promise<true> => true;
const REFUSED = { code: 'rate_limited' };

async function failOften(attempts: Attempts, attempt: Attempt, times: number): Promise<void> {
  for (let n = 0; n < times; n++) await attempts.run(attempt, fail);
}

test('an account is shut for strangers, wherever they come from, and not for its own device', async () => {
  const attempts = new Attempts();
  for (let n = 0; n < SIGN_IN_FAILURES_MAX; n++) await attempts.run({ ...MARIA, address: `198.51.100.${n}` }, fail);
  await expect(attempts.run({ ...MARIA, address: '192.0.2.1' }, succeed)).rejects.toMatchObject(REFUSED);
  expect(await attempts.run({ ...MARIA, device: 'her phone' }, succeed)).toBe(true);
  expect(await attempts.run({ ...MARIA, account: 'joe@acme.test', address: '192.0.2.1' }, succeed)).toBe(true);
});

test('an address that tries many accounts is shut, and so is its IPv6 network', async () => {
  const attempts = new Attempts();
  for (let n = 0; n < SIGN_IN_PLACE_FAILURES_MAX; n++)
    await attempts.run({ account: `a${n}@x.test`, address: `2001:db8::${n}`, device: undefined }, fail);
  await expect(attempts.run({ ...MARIA, address: '2001:db8::ffff' }, succeed)).rejects.toMatchObject(REFUSED);
  expect(await attempts.run({ ...MARIA, address: '2001:db8:0:1::1' }, succeed)).toBe(true);
});

test('a device that fails too often is shut itself', async () => {
  const attempts = new Attempts();
  await failOften(attempts, { ...MARIA, device: 'stolen' }, SIGN_IN_FAILURES_MAX);
  await expect(attempts.run({ ...MARIA, device: 'stolen' }, succeed)).rejects.toMatchObject(REFUSED);
  expect(await attempts.run(MARIA, succeed)).toBe(true);
});

test('success is not counted, and the time runs out', async () => {
  let now = 0;
  const attempts = new Attempts(() => now);
  for (let n = 0; n < SIGN_IN_FAILURES_MAX * 3; n++) expect(await attempts.run(MARIA, succeed)).toBe(true);
  await failOften(attempts, MARIA, SIGN_IN_FAILURES_MAX);
  await expect(attempts.run(MARIA, succeed)).rejects.toMatchObject({
    ...REFUSED,
    details: { retryAfterSeconds: SIGN_IN_WINDOW_MS / 1_000 },
  });
  now = SIGN_IN_WINDOW_MS;
  expect(await attempts.run(MARIA, succeed)).toBe(true);
});

test('many at once are no more than one after the other, and never too many', async () => {
  const attempts = new Attempts();
  const results = await Promise.allSettled(Array.from({ length: 100 }, () => attempts.run(MARIA, fail)));
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(Math.min(SIGN_IN_FAILURES_MAX, SIGN_INS_AT_ONCE_MAX));
});

test('however many strangers try, there is room for who comes from a known device', async () => {
  const attempts = new Attempts();
  const ends: (() => void)[] = [];
  const slow = (): Promise<true> => new Promise((resolve) => ends.push(() => resolve(true)));
  const strangers = Array.from({ length: 100 }, (_, n) => attempts.run({ ...MARIA, account: `a${n}@x.test` }, slow).catch(() => 'refused'));
  expect(ends).toHaveLength(STRANGERS_AT_ONCE_MAX);
  const own = Array.from({ length: SIGN_INS_AT_ONCE_MAX - STRANGERS_AT_ONCE_MAX }, () => attempts.run({ ...MARIA, device: 'hers' }, slow));
  await expect(attempts.run({ ...MARIA, device: 'hers' }, slow)).rejects.toMatchObject(REFUSED);
  for (const end of ends) end();
  expect(await Promise.all(own)).toEqual(own.map(() => true));
  expect((await Promise.all(strangers)).filter((result) => result === true)).toHaveLength(STRANGERS_AT_ONCE_MAX);
  // Who was refused for want of room has not failed.
  expect(await attempts.run({ ...MARIA, account: 'a99@x.test' }, succeed)).toBe(true);
});

test('codes after a right password are few a day for strangers, and shut out no known device', async () => {
  let now = 0;
  const attempts = new Attempts(() => now);
  for (let n = 0; n < SIGN_IN_CODE_FAILURES_MAX; n++) {
    await attempts.ofCode(MARIA, fail);
    now += SIGN_IN_WINDOW_MS;
  }
  await expect(attempts.ofCode(MARIA, succeed)).rejects.toMatchObject(REFUSED);
  // Whoever does not know the password shuts out nobody's codes, and the other way round.
  expect(await attempts.run(MARIA, succeed)).toBe(true);
  expect(await attempts.ofCode({ ...MARIA, device: 'her phone' }, succeed)).toBe(true);
  await failOften(attempts, MARIA, SIGN_IN_FAILURES_MAX);
  expect(await attempts.ofCode({ ...MARIA, account: 'joe@acme.test' }, succeed)).toBe(true);
  now = SIGN_IN_CODE_WINDOW_MS;
  expect(await attempts.ofCode(MARIA, succeed)).toBe(true);
});
