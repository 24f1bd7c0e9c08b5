// Three kinds of tests: those that need nothing, those that share one embedded PostgreSQL, started once for the run, and
// those in a browser, which share one demo.

import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const SECONDS = 1_000;

// Most tests wait for a database more than they compute, so there are more workers than cores.
const WORKERS = Math.max(4, availableParallelism());

export default defineConfig({
  test: {
    maxWorkers: WORKERS,
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            'packages/core/src/**/*.test.ts',
            'packages/sdk/src/**/*.test.ts',
            'packages/web/src/**/*.test.{ts,tsx}',
            'test/tidy/**/*.test.ts',
          ],
          exclude: ['**/node_modules/**', '**/dist/**', '**/*.db.test.ts'],
          testTimeout: 120 * SECONDS,
        },
      },
      {
        test: {
          name: 'database',
          include: [
            'packages/server/src/**/*.test.ts',
            'packages/*/src/**/*.db.test.ts',
            'examples/*/src/**/*.test.ts',
            'test/**/*.test.ts',
          ],
          exclude: ['**/node_modules/**', '**/dist/**', 'test/tidy/**', 'test/e2e/**'],
          globalSetup: ['test/database.ts'],
          testTimeout: 120 * SECONDS,
          hookTimeout: 120 * SECONDS,
        },
      },
      {
        test: {
          name: 'browser',
          include: ['test/e2e/**/*.e2e.test.ts'],
          globalSetup: ['test/e2e/demo.ts'],
          testTimeout: 180 * SECONDS,
          hookTimeout: 180 * SECONDS,
          expect: { poll: { timeout: 30 * SECONDS } },
          // They share a demo, and one browser is work enough for two cores.
          fileParallelism: false,
        },
      },
    ],
  },
});
