// The versions of PostgreSQL that capture is tested on: the embedded 18, and 15, the oldest that is supported.

import { describe, expect, test } from 'vitest';

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
