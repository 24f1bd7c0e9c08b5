// The sections of the settings, and who is shown which.

import { isAdministrator, type Standing } from '../../api/standing.ts';

export const OPERATOR_TENANT = '_operator';

export const SECTIONS = ['people', 'keys', 'viewer-tokens', 'sources', 'views', 'sessions', 'security'] as const;
export type Section = (typeof SECTIONS)[number];

/** About one's own account, and no tenant. */
const OWN: ReadonlySet<Section> = new Set(['sessions', 'security']);

export function isOwn(section: Section): boolean {
  return OWN.has(section);
}

/** @example maySee('keys', standing) */
export function maySee(section: Section, standing: Standing): boolean {
  const { role, tenant, isForAll } = standing;
  if (OWN.has(section)) return true;
  if (role === undefined) return false;
  switch (section) {
    case 'people':
    case 'keys':
      return isAdministrator(standing) || role === 'auditor';
    case 'viewer-tokens':
      // The trail itself has no customers.
      return isAdministrator(standing) && tenant !== OPERATOR_TENANT;
    case 'sources':
      return role !== 'viewer' && (isForAll || tenant === OPERATOR_TENANT);
    default:
      return true;
  }
}

export function sectionNamed(name: string | undefined): Section | undefined {
  return SECTIONS.find((section) => section === name);
}
