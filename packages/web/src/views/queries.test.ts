// Where a saved view leads.

import { expect, test } from 'vitest';
import { hrefOfView } from './queries.ts';

test('a view leads to Explore with what it kept, in the tenant that is looked at', () => {
  expect(hrefOfView({ query: 'outcome:denied', range: '-24h', zone: 'utc' }, 'org_acme')).toBe(
    '/explore?q=outcome:denied&range=-24h&zone=utc&tenant=org_acme',
  );
  expect(hrefOfView({ query: '' }, 'org_acme')).toBe('/explore?tenant=org_acme');
});
