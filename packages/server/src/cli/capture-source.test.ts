import { expect, test } from 'vitest';
import { withoutSecrets } from './capture-source.ts';

test.each([
  ['postgres://app:hunter2@db/shop', 'postgres://app:...@db/shop'],
  ['postgres://app@db/shop?password=hunter2', 'postgres://app@db/shop?password=...'],
  ['postgres://db/shop?sslpassword=hunter2&sslmode=require', 'postgres://db/shop?sslpassword=...&sslmode=require'],
  ['postgres://app@db/shop', 'postgres://app@db/shop'],
])('%s is shown as %s', (url, shown) => {
  expect(withoutSecrets(url)).toBe(shown);
});
