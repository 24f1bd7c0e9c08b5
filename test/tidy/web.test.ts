// The dashboard: its types of the HTTP API are those of the server, and what its first page loads is small.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { read, ROOT } from './repository.test.fixture.ts';

const PUBLIC = join(ROOT, 'packages/server/public');
const FIRST_ROUTE_BYTES_MAX = 190_000;
/** Where one gets after signing in, and where links lead. */
const SCREENS = ['overview', 'explore'];

test('packages/web/src/api/schema.ts is what scripts/generate-api-types.mjs makes of the server', async () => {
  const script = new URL('../../scripts/generate-api-types.mjs', import.meta.url).href;
  const { apiTypes } = (await import(script)) as { readonly apiTypes: () => Promise<string> };
  expect(read('packages/web/src/api/schema.ts') === (await apiTypes()), 'run: node scripts/generate-api-types.mjs').toBe(true);
});

interface Chunk {
  readonly file: string;
  readonly src?: string;
  readonly imports?: readonly string[];
}

/** Every script that a screen needs before it can be shown, bytes as a browser gets them. */
function firstRouteBytes(manifest: Readonly<Record<string, Chunk>>, screen: string): number {
  const files = new Set<string>();
  const load = (key: string): void => {
    const chunk = manifest[key];
    if (chunk === undefined || files.has(chunk.file)) return;
    files.add(chunk.file);
    chunk.imports?.forEach(load);
  };
  load('index.html');
  load(`src/screens/${screen}/index.tsx`);
  expect(files.size).toBeGreaterThan(1);
  const scripts = [...files].filter((file) => file.endsWith('.js'));
  return scripts.reduce((sum, file) => sum + gzipSync(readFileSync(join(PUBLIC, file))).length, 0);
}

test.runIf(existsSync(join(PUBLIC, '.vite/manifest.json')))('the first page loads 190 kB of script at most, packed', () => {
  const manifest = JSON.parse(readFileSync(join(PUBLIC, '.vite/manifest.json'), 'utf8')) as Readonly<Record<string, Chunk>>;
  const bytes = Object.fromEntries(SCREENS.map((screen) => [screen, firstRouteBytes(manifest, screen)]));
  for (const screen of SCREENS) expect(manifest).toHaveProperty([`src/screens/${screen}/index.tsx`]);
  for (const screen of SCREENS) expect({ screen, bytes: bytes[screen] }).toSatisfy(() => (bytes[screen] ?? 0) < FIRST_ROUTE_BYTES_MAX);
});

test.runIf(existsSync(join(PUBLIC, 'index.html')))('the page holds no script, style or handler, and loads nothing from elsewhere', () => {
  const page = readFileSync(join(PUBLIC, 'index.html'), 'utf8');
  expect(page).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son[a-z]+=|https?:\/\//i);
});
