import { join, resolve } from 'node:path';
import { Failure } from '@indelible/core';
import { expect, test } from 'vitest';
import { readConfig } from './config.ts';

test('without any setting a server is local and embedded', () => {
  expect(readConfig({})).toEqual({
    port: 8787,
    bind: '127.0.0.1',
    dataDirectory: resolve('.indelible'),
    signerDirectory: resolve('.indelible', 'signer'),
    logLevel: 'info',
    trustedProxies: [],
    outgoingNetworks: [],
    sources: [],
    client: { url: 'http://127.0.0.1:8787' },
  });
});

test('every setting is an environment variable', () => {
  const config = readConfig({
    INDELIBLE_PORT: '0',
    INDELIBLE_BIND: '::',
    INDELIBLE_DATA_DIR: 'data',
    INDELIBLE_DATABASE_URL: 'postgresql://u:p@db/trail',
    INDELIBLE_LOG_NAME: 'audit.example.com',
    INDELIBLE_SIGNER_DIR: 'keys',
    INDELIBLE_CONTEXT_KEY: 'sixteen letters!',
    INDELIBLE_CAPTURE_MAPPING: 'mapping.yaml',
    INDELIBLE_ADMIN_KEY: `ink_${'a'.repeat(20)}`,
    INDELIBLE_SOURCE_SHOP: 'postgres://u:p@shop/shop',
    INDELIBLE_SOURCE_BOTS_2: 'postgres://u:p@bots/bots',
    INDELIBLE_KEY: 'ink_x',
    INDELIBLE_TENANT: 'org_acme',
    PATH: '/bin',
  });
  expect(config).toMatchObject({
    port: 0,
    bind: '::',
    dataDirectory: resolve('data'),
    databaseUrl: 'postgresql://u:p@db/trail',
    logName: 'audit.example.com',
    signerDirectory: resolve('keys'),
    captureMapping: resolve('mapping.yaml'),
    contextKey: 'sixteen letters!',
    adminKey: `ink_${'a'.repeat(20)}`,
    sources: [
      { name: 'bots_2', url: 'postgres://u:p@bots/bots' },
      { name: 'shop', url: 'postgres://u:p@shop/shop' },
    ],
    client: { key: 'ink_x', tenant: 'org_acme' },
  });
  expect(readConfig({ INDELIBLE_DATA_DIR: 'data' }).signerDirectory).toBe(join(resolve('data'), 'signer'));
});

test('an empty variable is an unset one', () => {
  expect(readConfig({ INDELIBLE_PORT: '', INDELIBLE_ADMIN_KEY: '', INDELIBLE_SOURCE_SHOP: '' })).toMatchObject({ port: 8787, sources: [] });
});

test('all faults are reported together, without the secrets in them', () => {
  const bad = {
    INDELIBLE_PORT: '99999',
    INDELIBLE_DATABASE_URL: 'mysql://u:secret@db/trail',
    INDELIBLE_LOG_NAME: 'No Host',
    INDELIBLE_CONTEXT_KEY: 'short',
    INDELIBLE_ADMIN_KEY: 'ink_secret',
    INDELIBLE_LOG_LEVEL: 'loud',
    INDELIBLE_SOURCE_SHOP: 'shop:secret',
    'INDELIBLE_SOURCE_my-shop': 'postgres://u:secret@shop/shop',
  };
  let failure: unknown;
  try {
    readConfig(bad);
  } catch (error) {
    failure = error;
  }
  expect(failure).toBeInstanceOf(Failure);
  const { code, message, details } = failure as Failure;
  expect(code).toBe('config_invalid');
  expect(details.faults?.map(({ pointer }) => pointer).sort()).toEqual(Object.keys(bad).sort());
  for (const name of Object.keys(bad)) expect(message).toContain(`${name}: `);
  expect(message).not.toContain('secret');
});

test.each([
  ['INDELIBLE_PROT', 'INDELIBLE_PORT'],
  ['INDELIBLE_DATABSE_URL', 'INDELIBLE_DATABASE_URL'],
  ['INDELIBLE_SORUCE_SHOP', 'INDELIBLE_SOURCE_<NAME>'],
])('%s is a misspelt setting, not one to pass over', (misspelt, meant) => {
  expect(() => readConfig({ [misspelt]: 'x' })).toThrow(`${misspelt}: no setting has this name; did you mean ${meant}?`);
});

test('what an orchestrator or a test sets beside ours is no fault', () => {
  const others = { INDELIBLE_SERVICE_HOST: '10.0.0.1', INDELIBLE_PORT_8787_TCP_PROTO: 'tcp', INDELIBLE_TEST_SECONDS: '60' };
  expect(readConfig(others)).toEqual(readConfig({}));
});

test('single sign-on is set up as a whole, or not at all', () => {
  const whole = {
    INDELIBLE_OIDC_ISSUER: 'https://login.example.com/',
    INDELIBLE_OIDC_CLIENT_ID: 'indelible',
    INDELIBLE_OIDC_CLIENT_SECRET: 's',
    INDELIBLE_PUBLIC_URL: 'https://audit.example.com',
  };
  const { oidc } = readConfig({ ...whole, INDELIBLE_OIDC_LABEL: 'Acme', INDELIBLE_OIDC_DOMAINS: 'Acme.test, acme.example' });
  // The issuer to the letter: a slash at its end is a part of it.
  expect(oidc).toEqual({
    issuer: 'https://login.example.com/',
    clientId: 'indelible',
    clientSecret: 's',
    label: 'Acme',
    domains: ['acme.test', 'acme.example'],
  });
  expect(readConfig({ INDELIBLE_OIDC_LABEL: 'Acme' }).oidc).toBeUndefined();
  for (const name of Object.keys(whole)) expect(() => readConfig({ ...whole, [name]: '' })).toThrow(name);
  for (const more of [
    { INDELIBLE_OIDC_ISSUER: 'login.example.com' },
    { INDELIBLE_OIDC_DOMAINS: '@acme.test' },
    { INDELIBLE_OUTGOING_NETWORKS: '10.0.0.0/40' },
  ])
    expect(() => readConfig({ ...whole, ...more })).toThrow(Object.keys(more)[0]);
});
