// Two kinds of tests: those that need nothing, and those that share one embedded PostgreSQL, started once for the run.

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
          include: ['packages/core/src/**/*.test.ts', 'packages/sdk/src/**/*.test.ts', 'test/tidy/**/*.test.ts'],
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
          exclude: ['**/node_modules/**', '**/dist/**', 'test/tidy/**'],
          globalSetup: ['test/database.ts'],
          testTimeout: 120 * SECONDS,
          hookTimeout: 120 * SECONDS,
        },
      },
    ],
  },
});
