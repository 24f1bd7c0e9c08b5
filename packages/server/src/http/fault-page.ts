// What is wrong, as a page: for a browser that was sent somewhere, and shows what it is answered.

import { createHash } from 'node:crypto';
import type { Failure } from '@indelible/core';
import { escape } from './openapi/html.ts';
import { problemOf } from './problem.ts';

const STYLE =
  ':root { color-scheme: light dark; background: light-dark(#fff, #121316); color: light-dark(#1b1d22, #ececee); } body { max-width: 36rem; margin: 15vh auto; padding: 0 1.5rem; font: 16px/1.55 system-ui, sans-serif; } h1 { font-size: 1.4rem; } a { color: light-dark(#1d4ed8, #93b4ff); } .quiet { opacity: .75; font-size: .85rem; }';
const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Whether a browser asks, for a page. */
export function wantsPage(accept: string | undefined): boolean {
  return accept?.split(',').some((type) => type.trim().startsWith('text/html')) === true;
}

/** @param next where a link leads that does it again: its path, and what it says */
export function faultPage(failure: Failure, requestId: string, next: { readonly path: string; readonly text: string }): Response {
  const { title, detail } = problemOf(failure);
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escape(title)}</h1>
<p>${escape(detail)}.</p>
<p><a href="${escape(next.path)}">${escape(next.text)}</a></p>
<p class="quiet">Request ${escape(requestId)}</p>
</main>
</body>
</html>
`;
  return new Response(html, {
    status: failure.status,
    headers: { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': POLICY, 'indelible-request-id': requestId },
  });
}
