// API.md names every route that there is, and no other; the README shows all that the application knows of Indelible.

import { readdir, readFile } from 'node:fs/promises';
import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely';
import { expect, test } from 'vitest';
import { createApp } from './app.ts';
import { openVault } from './encryption.ts';
import type { Tables } from './tables.ts';

test('API.md names every route', async () => {
  const nowhere = new Kysely<Tables>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  });
  const routes = createApp(nowhere, openVault('a key for tests')).routes;
  const built = routes.filter(({ method, path }) => method !== 'ALL' && path !== '/*').map(({ method, path }) => `${method} ${path}`);
  const text = await readFile(new URL('../API.md', import.meta.url), 'utf8');
  const written = [...text.matchAll(/`((?:GET|POST|PUT|PATCH|DELETE) \/[^` ]*)`/g)].map(([, route]) => route);
  const missing = built.filter((route) => !written.includes(route));
  const madeUp = written.filter((route) => route === undefined || !built.includes(route));
  expect({ missing, madeUp }).toEqual({ missing: [], madeUp: [] });
});

test('the README shows every line of Indelible in the application', async () => {
  const root = new URL('./', import.meta.url);
  const files = (await readdir(root, { recursive: true })).filter(
    (name) => name.endsWith('.ts') && !/\.test\.|^(?:story|drive)\//.test(name),
  );
  const lines = await Promise.all(
    files.map(async (name) => {
      const text = await readFile(new URL(name, root), 'utf8');
      return text.split('\n').filter((line) => /@indelible|\b(?:attributeQueries|runWithContext)\(/.test(line));
    }),
  );
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  const shown = readme.split('\n').filter((line) => line.startsWith('+'));
  const trimmed = (line: string): string => line.replace(/^\+/, '').trim();
  expect(new Set(shown.map(trimmed))).toEqual(new Set(lines.flat().map(trimmed)));
  expect(shown.filter((line) => !line.startsWith('+import'))).toHaveLength(2);
});

test('the README counts the tables', async () => {
  const schema = await readFile(new URL('../schema.sql', import.meta.url), 'utf8');
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  expect(readme).toContain(`${schema.match(/^CREATE TABLE/gm)?.length} tables`);
});
