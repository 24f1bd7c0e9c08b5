// The address of a one-time link. The token stands behind the #, which browsers send to nobody: no log and no proxy sees it.

/** @example signInUrl('https://audit.example.com', 'iln_...') // 'https://audit.example.com/sign-in#iln_...' */
export function signInUrl(origin: string, token: string): string {
  return `${origin}/sign-in#${token}`;
}
