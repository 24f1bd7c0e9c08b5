// GET /openapi.json and GET /docs: what this server answers, for programs and for people.

import { createHash } from 'node:crypto';
import type { App } from '../environment.ts';
import { makeDocument } from '../openapi/document.ts';
import { OPERATIONS } from '../openapi/operations.ts';
import { makePage } from '../openapi/page.ts';
import { PAGE_STYLE } from '../openapi/page-style.ts';
import { version } from '../../version.ts';

// The page needs its own style and nothing else: no script can run, and nothing can be loaded from anywhere.
const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(PAGE_STYLE).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

export function documentationRoutes(app: App): void {
  const document = makeDocument(OPERATIONS, version);
  const page = makePage(document);
  app.get('/openapi.json', (c) => c.json(document, 200, { 'cache-control': 'no-cache' }));
  app.get('/docs', (c) =>
    c.html(page, 200, { 'content-security-policy': POLICY, 'referrer-policy': 'no-referrer', 'cache-control': 'no-cache' }),
  );
}
