import { readFileSync } from 'node:fs';
import { Failure } from '@indelible/core';
import { expect, test } from 'vitest';
import { parseMapping, readMapping } from './load.ts';
import { settingsOf } from './mapping.ts';
import { mappingJsonSchema } from './schema.ts';

const refused = (text: string): string => {
  try {
    parseMapping(text, 'm.yaml');
  } catch (error) {
    if (error instanceof Failure && error.code === 'config_invalid') return error.message;
    throw error;
  }
  throw new Error('the file was taken');
};

test('one source: what stands at the top', () => {
  const mapping = parseMapping(
    `tenantColumns: [companyId]
noiseColumns: [synced_at]
tables:
  bots:
    type: assistant
    id: slug
    name: display_name
    tenant: owner
    noise: [pings]
    redact: [prompt]
  audit.rows: {id: [a, b], tenant: none}
  plans: {tenant: {fixed: platform}}
  sessions: {skip: true}
`,
    'm.yaml',
  );
  const app = mapping.of('app');
  expect(settingsOf(app)).toEqual({
    tenantColumns: ['company_id'],
    noiseColumns: ['synced_at'],
    tables: {
      'public.bots': {
        type: 'assistant',
        id: ['slug'],
        name: 'display_name',
        tenant: { column: 'owner' },
        noise: ['pings'],
        redact: ['prompt'],
      },
      'audit.rows': { id: ['a', 'b'], tenant: { fixed: 'default' } },
      'public.plans': { tenant: { fixed: 'platform' } },
      'public.sessions': { skip: true },
    },
  });
  expect(app.place('public.bots')).toBe('m.yaml:4:3');
  expect(app.place('public.bots', ['redact', 0])).toBe('m.yaml:10:14');
  expect(app.place('audit.rows', ['id', 1])).toBe('m.yaml:11:24');
  expect(mapping.sha256).toMatch(/^[0-9a-f]{64}$/);
});

test('a source of its own goes before the top, table by table', () => {
  const mapping = parseMapping(
    `noiseColumns: [a]
tables: {bots: {skip: true}, users: {name: nick}}
sources:
  shop:
    noiseColumns: []
    tables: {public.bots: {type: robot}}
`,
    'm.yaml',
  );
  expect(settingsOf(mapping.of('app'))).toEqual({
    noiseColumns: ['a'],
    tables: { 'public.bots': { skip: true }, 'public.users': { name: 'nick' } },
  });
  expect(settingsOf(mapping.of('shop'))).toEqual({
    noiseColumns: [],
    tables: { 'public.bots': { type: 'robot' }, 'public.users': { name: 'nick' } },
  });
  expect(mapping.of('shop').place('public.bots')).toBe('m.yaml:6:14');
  expect([...mapping.sources]).toEqual([['shop', 'm.yaml:4:3']]);
});

test.each([
  [
    'table:\n  bots: {}\n',
    'm.yaml:1:1: there is no setting "table" here; did you mean "tables"? Known: tenantColumns, noiseColumns, tables, sources',
  ],
  [
    'tables:\n  bots:\n    skp: true\n    redcat: [a]\n',
    'm.yaml:3:5: there is no setting "skp" here; did you mean "skip"? Known: type, id, name, tenant, noise, redact, skip\n' +
      'm.yaml:4:5: there is no setting "redcat" here; did you mean "redact"? Known: type, id, name, tenant, noise, redact, skip',
  ],
  [
    'sources:\n  app:\n    tabels: {}\n',
    'm.yaml:3:5: there is no setting "tabels" here; did you mean "tables"? Known: tenantColumns, noiseColumns, tables',
  ],
  ['tables:\n  bots:\n    skip: yes\n', 'm.yaml:3:5: skip: expected true or false'],
  ['tables:\n  bots: {tenant: {fix: a}}\n', 'm.yaml:2:10: tenant: expected the name of a column, none, {column: ...} or {fixed: ...}'],
  [
    'tables:\n  bots: {tenant: {fixed: _operator}}\n',
    'm.yaml:2:19: fixed: expected a tenant of 1 to 256 characters that does not begin with _',
  ],
  ['tables:\n  bots: {id: []}\n', 'm.yaml:2:10: id: expected at least one column'],
  ['tables:\n  bots: {type: Bots}\n', 'm.yaml:2:10: type: expected a name of a to z, 0 to 9 and _, at most 64 characters'],
  ['sources: {App: {}}\n', 'm.yaml:1:11: App: expected the name of a source: a to z, 0 to 9, _ and -'],
  ['tables:\n  bots: {skip: true}\n  public.bots: {}\n', 'm.yaml:3:3: public.bots is named twice; write all of it in one place'],
  ['tables:\n  bots: {}\n  bots: {}\n', 'm.yaml:3:3: Map keys must be unique'],
  ['', 'm.yaml:1:1: the file is empty; write "tables: {}" when nothing is to be mapped'],
  ['# nothing\n', 'm.yaml:1:1: the file is empty; write "tables: {}" when nothing is to be mapped'],
])('%j is refused', (text, message) => {
  expect(refused(text)).toBe(message);
});

test('what is no YAML is refused with its line, and so is a file that is too large or grows by aliases', () => {
  expect(refused('tables:\n  bots: {skip: true\n')).toMatch(/^m\.yaml:[23]:\d+: /);
  expect(refused(`# ${'x'.repeat(64 * 1024)}\n`)).toMatch(/^m\.yaml:1:1: the file is larger/);
  const bomb = [
    'a: &a [x, x, x, x, x, x, x, x, x]',
    ...'bcdefg'.split('').map((name, at) => `${name}: &${name} [${`*${'abcdefg'[at]},`.repeat(9)}]`),
  ];
  expect(refused(bomb.join('\n'))).toMatch(/alias/i);
});

test('a file that cannot be read is a fault of the configuration', async () => {
  await expect(readMapping('/nowhere/m.yaml')).rejects.toMatchObject({
    code: 'config_invalid',
    message: expect.stringContaining('the mapping file /nowhere/m.yaml cannot be read (ENOENT)'),
  });
});

test('docs/mapping.schema.json is made from the schema', () => {
  const text = readFileSync(new URL('../../../../../docs/mapping.schema.json', import.meta.url), 'utf8');
  expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(mappingJsonSchema())));
});

test('the examples of docs/MAPPING.md are mapping files', () => {
  const text = readFileSync(new URL('../../../../../docs/MAPPING.md', import.meta.url), 'utf8');
  const [one, two] = [...text.matchAll(/^```yaml\n(.*?)^```/gms)].map(([, example = '']) => parseMapping(example, 'docs/MAPPING.md'));
  expect([...(one?.of('shop').tables.keys() ?? [])]).toEqual(['public.bots', 'public.plans', 'billing.rates', 'public.http_sessions']);
  expect(two?.of('shop').tables.get('public.carts')).toEqual({ skip: true });
  expect(two?.of('crm').tables.size).toBe(0);
});
