// Two kinds of tests: those that need nothing, and those that share one embedded PostgreSQL, started once for the run.

import { defineConfig } from 'vitest/config';

const SECONDS = 1_000;

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['packages/core/src/**/*.test.ts', 'packages/sdk/src/**/*.test.ts', 'test/tidy/**/*.test.ts'],
          exclude: ['**/node_modules/**', '**/dist/**', '**/*.db.test.ts'],
          testTimeout: 20 * SECONDS,
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
          testTimeout: 60 * SECONDS,
          hookTimeout: 60 * SECONDS,
        },
      },
    ],
  },
});
