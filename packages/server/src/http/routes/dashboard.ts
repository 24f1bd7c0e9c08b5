// The dashboard: the page that every address of its router answers with, and the files that the page loads. They are read from
// the folder that the build of packages/web writes.

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { Failure } from '@indelible/core';
import type { Context } from 'hono';
import type { App, Environment } from '../environment.ts';
import { pageOperations } from '../openapi/dashboard.ts';
import { routeOf } from '../openapi/operations.ts';

const FOLDER = fileURLToPath(new URL('../../../public', import.meta.url));

// Everything comes from this server, and nothing is written into the page: no script, style or handler stands in it.
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self'",
  "font-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const PAGE_HEADERS = { 'content-security-policy': POLICY, 'referrer-policy': 'no-referrer', 'cache-control': 'no-cache' };
const IMMUTABLE = 'public, max-age=31536000, immutable';

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};
/** What is packed already grows by being packed again. */
const PACKED: ReadonlySet<string> = new Set(['.woff2']);
const NAME = /^[\w-][\w.-]*$/;

const NOT_BUILT = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Indelible</title>
<h1>The dashboard was not built</h1>
<p>The server runs, and its API answers. Run <code>npm run build</code> in the folder of Indelible, and load this page again.</p>
</html>
`;

const pack = promisify(gzip);

/**
 * @param folder where the dashboard was built to
 * @example dashboardRoutes(app)
 */
export function dashboardRoutes(app: App, folder: string = FOLDER): void {
  for (const operation of pageOperations)
    app.get(routeOf(operation), async (c) => {
      const page = await contentOf(join(folder, 'index.html'));
      if (page === undefined) return c.html(NOT_BUILT, 503, { 'retry-after': '1' });
      const etag = `"${createHash('sha256').update(page).digest('base64url')}"`;
      const headers = { ...PAGE_HEADERS, etag };
      return hasAlready(c, etag) ? c.body(null, 304, headers) : c.html(page.toString(), 200, headers);
    });

  const packed = new Map<string, Buffer>();
  app.get('/assets/:file', async (c) => {
    const name = c.req.param('file');
    const type = TYPES[extname(name)];
    const content = NAME.test(name) && type !== undefined ? await contentOf(join(folder, 'assets', name)) : undefined;
    if (content === undefined || type === undefined) throw new Failure('not_found', `there is nothing at GET ${c.req.path}`);
    const headers = { 'content-type': type, 'cache-control': IMMUTABLE, vary: 'accept-encoding', etag: `"${name}"` };
    if (hasAlready(c, headers.etag)) return c.body(null, 304, headers);
    if (PACKED.has(extname(name)) || c.req.header('accept-encoding')?.includes('gzip') !== true)
      return c.body(Uint8Array.from(content), 200, headers);
    // A name stands for one content for ever, and only names of files that exist get here.
    const small = packed.get(name) ?? (await pack(content));
    packed.set(name, small);
    return c.body(Uint8Array.from(small), 200, { ...headers, 'content-encoding': 'gzip' });
  });
}

function hasAlready(c: Context<Environment>, etag: string): boolean {
  return c.req.header('if-none-match')?.includes(etag) === true;
}

async function contentOf(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'EISDIR' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}
