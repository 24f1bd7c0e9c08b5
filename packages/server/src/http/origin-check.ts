// Requests that another site made a browser send (CSRF): what changes something and rests on a cookie has to come from this
// server's own pages, and so has a sign-in. A key or a token in the header Authorization no browser adds by itself; a name and
// password that somebody gave to a proxy it does (Basic).

import { Failure } from '@indelible/core';
import type { Context } from 'hono';
import type { Environment, Services } from './environment.ts';

const BY_TOKEN = /^Bearer /i;
const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** @throws Failure `forbidden` */
export function demandOwnOrigin({ people }: Services, c: Context<Environment>): void {
  if (SAFE.has(c.req.method) || BY_TOKEN.test(c.req.header('authorization') ?? '')) return;
  const origin = c.req.header('origin');
  if (origin === undefined) {
    // No browser leaves it out of such a request; a program that signs in has no cookie yet.
    if (c.req.header('cookie') === undefined) return;
    throw new Failure('forbidden', 'a request with a cookie that changes something needs the header Origin');
  }
  if (!isOwn(origin, people.publicUrl, new URL(c.req.url).host))
    throw new Failure('forbidden', `this comes from a page of ${origin.slice(0, 200)}, which is another site${hint(people.publicUrl)}`);
}

function isOwn(origin: string, publicUrl: string | undefined, host: string): boolean {
  if (publicUrl !== undefined) return origin === publicUrl;
  return URL.canParse(origin) && /^https?:$/.test(new URL(origin).protocol) && new URL(origin).host === host;
}

function hint(publicUrl: string | undefined): string {
  return publicUrl === undefined ? '; behind a proxy set INDELIBLE_PUBLIC_URL' : ` than INDELIBLE_PUBLIC_URL, ${publicUrl}`;
}
