// Who is shown which section, as the server would let them in.

import { expect, test } from 'vitest';
import { standingOf } from '../../api/standing.ts';
import { maySee, SECTIONS } from './sections.ts';

const seen = (roles: Parameters<typeof standingOf>[0], tenant = 'org_acme'): string =>
  SECTIONS.filter((section) => maySee(section, standingOf(roles, tenant))).join(' ');

test.each([
  ['owner', 'people keys viewer-tokens views sessions security'],
  ['administrator', 'people keys viewer-tokens views sessions security'],
  ['analyst', 'views sessions security'],
  ['auditor', 'people keys views sessions security'],
  ['viewer', 'views sessions security'],
] as const)('%s of a tenant', (role, sections) => {
  expect(seen([{ role, tenant: 'org_acme' }])).toBe(sections);
  expect(seen([{ role, tenant: 'org_other' }])).toBe('sessions security');
});

test('the sources are for those who are something in all tenants, and for those of the trail itself', () => {
  expect(seen([{ role: 'analyst' }])).toContain('sources');
  expect(seen([{ role: 'viewer' }])).not.toContain('sources');
  expect(seen([{ role: 'auditor', tenant: '_operator' }], '_operator')).toContain('sources');
  expect(seen([{ role: 'owner' }], '_operator')).not.toContain('viewer-tokens');
});

test('a role in the tenant goes before the one in all of them', () => {
  expect(seen([{ role: 'owner' }, { role: 'viewer', tenant: 'org_acme' }])).toBe('views sessions security');
});
