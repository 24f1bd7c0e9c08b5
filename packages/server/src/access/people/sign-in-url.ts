// The address of a one-time link. The token stands behind the #, which browsers send to nobody: no log and no proxy sees it.

/**
 * @param tenant the one that is shown first, to somebody who is something in several
 * @example signInUrl('https://audit.example.com', 'iln_...') // 'https://audit.example.com/sign-in#iln_...'
 */
export function signInUrl(origin: string, token: string, tenant?: string): string {
  const shown = tenant === undefined ? '' : `?tenant=${encodeURIComponent(tenant)}`;
  return `${origin}/sign-in${shown}#${token}`;
}
