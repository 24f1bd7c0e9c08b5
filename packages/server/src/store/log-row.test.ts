import { expect, test } from 'vitest';
import { checkTenantName } from './log-row.ts';

test.each(['', '_operator', '_x', 'a\u0000b', 'a\nb', 'a\u0085b', '\ud800', 'x'.repeat(257)])('the name %j is refused', (name) => {
  expect(() => checkTenantName(name)).toThrow(expect.objectContaining({ code: 'tenant_invalid' }));
});

test.each(['a', 'org_acme', 'Ärzte GmbH', 'x'.repeat(256)])('the name %j is taken', (name) => {
  expect(checkTenantName(name)).toBe(name);
});
