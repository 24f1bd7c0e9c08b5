// The documents against the code: error codes, limits, fields, settings, links and files that they name.

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ERRORS, FIELDS } from '@indelible/core';
import { expect, test } from 'vitest';
import { DOCUMENTS, FILES, read, ROOT } from './repository.test.fixture.ts';

const API = read('docs/API.md');

/** The rows of a table whose first cell is a name in code. */
function rows(section: string): string[] {
  const text = API.split(/^## /m).find((part) => part.startsWith(section)) ?? '';
  return text.split('\n').filter((line) => line.startsWith('| `'));
}

test('docs/API.md lists every error as the catalogue has it', () => {
  const wanted = Object.entries(ERRORS).map(([code, { status, title, hint }]) => `| \`${code}\` | ${status} | ${title} | ${hint} |`);
  expect(rows('Errors')).toEqual(wanted);
});

test('docs/API.md lists every limit with its value', () => {
  const documented = rows('Limits').map((row) => row.split('|').slice(1, 3).join('|').trim());
  const declared = [...read('packages/core/src/limits.ts').matchAll(/^export const (\w+) = ([\d_ *]+);/gm)];
  const wanted = declared.map(([, name = '', product = '']) => {
    const value = product.split('*').reduce((sum, factor) => sum * Number(factor.replaceAll('_', '')), 1);
    return `\`${name}\` | ${value}`;
  });
  expect(wanted.length).toBe(read('packages/core/src/limits.ts').match(/^export /gm)?.length);
  expect(documented.toSorted()).toEqual(wanted.toSorted());
});

test('docs/API.md lists every field of the query language', () => {
  expect(rows('Queries')).toEqual(FIELDS.map(({ name, kind, help }) => `| \`${name}\` | ${kind} | ${help} |`));
});

test('docs/API.md lists every route, and no other', () => {
  const routes = FILES.filter((file) => /^packages\/server\/src\/http\/routes\/[a-z-]+\.ts$/.test(file) && !file.endsWith('.test.ts'));
  const served = routes.flatMap((file) =>
    [...read(file).matchAll(/\bapp\.(get|post|put|patch|delete)\('([^']+)'/g)].map(
      ([, method = '', path = '']) => `${method.toUpperCase()} ${path.replace(/:(\w+)/g, '{$1}').replace('/*', '/')}`,
    ),
  );
  const documented = [...API.matchAll(/`(GET|POST|PUT|PATCH|DELETE) (\/[^`]*)`/g)].map(
    ([, method = '', path = '']) => `${method} ${path.replace(/\?.*/, '').replace(/\.\.\.$/, '')}`,
  );
  expect(new Set(documented)).toEqual(new Set(served));
});

test('every setting is in the README or in docs/OPERATIONS.md, and every setting there exists', () => {
  const settings = new Set(read('packages/server/src/config.ts').match(/\bINDELIBLE_[A-Z_]*[A-Z]\b/g));
  settings.add('INDELIBLE_SOURCE');
  const text = read('README.md') + read('docs/OPERATIONS.md');
  const named = new Set([...text.matchAll(/\b(INDELIBLE_[A-Z_]*[A-Z])\b/g)].map(([name]) => name.replace(/^(INDELIBLE_SOURCE).*/, '$1')));
  expect([...settings].filter((name) => !named.has(name))).toEqual([]);
  expect([...named].filter((name) => !settings.has(name))).toEqual([]);
});

test('every metric is in docs/OPERATIONS.md', () => {
  const metrics = [...read('packages/server/src/http/metrics.ts').matchAll(/'(indelible_[a-z_]+)'/g)].map(([, name = '']) => name);
  expect(metrics.length).toBeGreaterThan(3);
  expect(metrics.filter((name) => !read('docs/OPERATIONS.md').includes(name))).toEqual([]);
});

test('every document is linked from the README or from docs/ARCHITECTURE.md', () => {
  const text = read('README.md') + read('docs/ARCHITECTURE.md');
  const documents = FILES.filter((file) => file.startsWith('docs/')).map((file) => file.slice('docs/'.length));
  expect(documents.length).toBeGreaterThanOrEqual(4);
  expect(documents.filter((file) => !text.includes(`${file})`))).toEqual([]);
});

test('every relative link leads to a file, and every path of the repository that a document names exists', () => {
  const broken = DOCUMENTS.flatMap((document) => {
    const text = read(document);
    const links = [...text.matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)/g)].map(([, link = '']) => join(dirname(document), link));
    const paths = [...text.matchAll(/`((?:packages|examples|test|scripts|docs)\/[\w./-]*\w)`/g)].map(([, path = '']) => path);
    return [...links, ...paths].filter((path) => !existsSync(join(ROOT, path))).map((path) => `${document}: ${path}`);
  });
  expect(broken).toEqual([]);
});

test('the table of attacks names tests that test them', () => {
  const attacks = read('docs/THREATS.md')
    .split('\n')
    .filter((line) => /^\| \d /.test(line));
  expect(attacks).toHaveLength(8);
  for (const row of attacks.slice(0, 7)) {
    const number = row.split('|')[1]?.trim();
    const files = [...row.matchAll(/`(packages\/[^`]+)`/g)].map(([, file = '']) => file);
    expect(files.some((file) => read(file).includes(`'attack ${number}:`))).toBe(true);
  }
});
