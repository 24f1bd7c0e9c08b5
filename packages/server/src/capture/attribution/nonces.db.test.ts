import { newNonce } from '@indelible/sdk';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type CaptureTest, openCaptureTest, until } from '../capture.test.fixture.ts';
import { claimNonces, forgetNonces } from './nonces.ts';

const HOUR_MS = 3_600_000;

let app: CaptureTest;

beforeEach(async () => {
  app = await openCaptureTest('create table notes (id int primary key)');
  await app.setup();
});

afterEach(async () => {
  await app.close();
});

async function sourceId(): Promise<number> {
  return (await app.store.owner.query<{ id: number }>('select source_id as id from indelible.capture_source')).rows[0]?.id ?? 0;
}

async function claim(nonce: string, committedAt: number, commitLsn = 1n): Promise<bigint | undefined> {
  const client = await app.store.appender.connect();
  try {
    return (await claimNonces(client, await sourceId(), new Map([[nonce, { kind: 'begin', commitLsn, committedAt, xid: 1 }]]))).get(nonce);
  } finally {
    client.release();
  }
}

const kept = async (): Promise<string[]> =>
  (await app.store.owner.query<{ nonce: string }>('select nonce from indelible.capture_nonce order by committed_at')).rows.map(
    ({ nonce }) => nonce,
  );

test('a nonce is kept as long as its message could be sent again in the stream, however late that is read', async () => {
  // As of a stream that was not read for forty days.
  const streamMs = Date.now() - 40 * 24 * HOUR_MS;
  const [old, late, fresh] = [newNonce(), newNonce(), newNonce()];
  await claim(old, streamMs - 25.5 * HOUR_MS);
  await claim(late, streamMs - 24.5 * HOUR_MS);
  await claim(fresh, streamMs);
  await forgetNonces(app.store.appender, await sourceId(), streamMs);
  expect(await kept()).toEqual([late, fresh]);
  expect(await claim(late, streamMs + 1, 9n)).toBe(1n);
});

test('a source whose clock is ahead makes nobody forget', async () => {
  const nonce = newNonce();
  await claim(nonce, Date.now() - 24.5 * HOUR_MS);
  await forgetNonces(app.store.appender, await sourceId(), Date.now() + 1_000 * HOUR_MS);
  expect(await kept()).toEqual([nonce]);
});

test('a running capture forgets what is behind it by more than a day', async () => {
  const [old, late] = [newNonce(), newNonce()];
  await claim(old, Date.now() - 26 * HOUR_MS);
  await claim(late, Date.now() - 24.5 * HOUR_MS);
  await app.source.query('insert into notes values (1)');
  app.start();
  await until(async () => (await kept()).length === 1);
  expect(await kept()).toEqual([late]);
});
