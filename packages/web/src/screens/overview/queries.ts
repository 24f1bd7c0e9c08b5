// The questions of the overview, in the query language: shown lists and the links to all of them ask the same.

import { quotedValue } from '@indelible/core/query';

export const SIGN_INS = 'action:(auth.login.* OR session.created)';
export const NAMELESS = 'attribution:none operation:(create OR update OR delete)';
/** Permissions, administration, secrets, keys, exports: what the catalogue calls grave, and what leaves the house. */
export const PRIVILEGED =
  '(category:(authorization OR administration) OR severity:(medium OR high OR critical) OR action:(*.exported OR export.created)) -operation:read -action:permission.denied';

/** What was done from an address since a time. */
export function fromAddress(ip: string, since: string): string {
  return `ip:${quotedValue(ip)} at:>=${since} -operation:read`;
}
