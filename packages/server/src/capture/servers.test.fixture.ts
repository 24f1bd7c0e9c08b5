// The versions of PostgreSQL that capture is tested on: the embedded 18, and 15, the oldest that is supported.

import { afterEach, describe, expect, test } from 'vitest';
import { type CaptureTest, openCaptureTest } from './capture.test.fixture.ts';

export interface TestServer {
  readonly version: 15 | 18;
  /** A superuser's, for `openCaptureTest`. */
  readonly url: string;
}

const NEWEST: TestServer = { version: 18, url: process.env['INDELIBLE_TEST_DATABASE_URL'] ?? '' };
const OLDEST: TestServer = { version: 15, url: process.env['INDELIBLE_TEST_DATABASE_15_URL'] ?? '' };
const OLDEST_ABSENT = process.env['INDELIBLE_TEST_DATABASE_15_ABSENT'] ?? 'INDELIBLE_TEST_DATABASE_15_URL is not set';

/**
 * Runs the tests on each server. Where there is no PostgreSQL 15, one test is skipped in their place and says why.
 *
 * @param body declares tests, as the function given to `describe`
 * @example onEachServer(({ url }) => { test('...', async () => { const app = await openCaptureTest(SCHEMA, url); ... }) })
 */
export function onEachServer(body: (server: TestServer) => void): void {
  describe.each(OLDEST.url === '' ? [NEWEST] : [NEWEST, OLDEST])('PostgreSQL $version', (server) => {
    body(server);
  });
  describe.each(OLDEST.url === '' ? [OLDEST] : [])('PostgreSQL $version', ({ url }) => {
    test('all of these tests', ({ skip }) => {
      skip(url === '', `there is no PostgreSQL 15: ${OLDEST_ABSENT}`);
      expect(url).not.toBe('');
    });
  });
}

/**
 * What opens a source and a trail for a test, set up, and closes them after it.
 *
 * @param ddl whether setup makes the event triggers; false by default
 * @example const opened = openedForEach(SCHEMA, url); test('...', async () => { const app = await opened(); ... })
 */
export function openedForEach(schema: string, url: string, { ddl = false } = {}): () => Promise<CaptureTest> {
  let app: CaptureTest | undefined;
  afterEach(async () => {
    await app?.close();
    app = undefined;
  });
  return async () => {
    app = await openCaptureTest(schema, url);
    await app.setup({ ddl });
    return app;
  };
}
