// The configuration: one schema, read once from the environment, all faults reported together. The only place that reads it.

import { join, resolve } from 'node:path';
import { Failure, editDistance, isIp, nearest } from '@indelible/core';
import * as z from 'zod';

const databaseUrl = z
  .string()
  .refine((url) => /^postgres(ql)?:\/\//.test(url) && URL.canParse(url), 'expected postgres://user:password@host/database');

/** An address, or a network in CIDR notation. */
function isNetwork(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/');
  return isIp(address) && more.length === 0 && /^\d{1,3}$/.test(bits ?? '0') && Number(bits ?? 0) <= (address.includes(':') ? 128 : 32);
}

const networks = z
  .string()
  .transform((text) => text.split(',').map((part) => part.trim()))
  .refine((parts) => parts.every(isNetwork), 'expected addresses or networks such as 10.0.0.0/8, joined by commas');

const schema = z.object({
  INDELIBLE_PORT: z.coerce.number().int().min(0).max(65_535).default(8787),
  INDELIBLE_BIND: z.string().min(1).default('127.0.0.1'),
  INDELIBLE_DATA_DIR: z.string().min(1).default('.indelible'),
  INDELIBLE_DATABASE_URL: databaseUrl.optional(),
  INDELIBLE_LOG_NAME: z
    .string()
    .regex(/^[a-z0-9]([a-z0-9.-]{0,126}[a-z0-9])?$/, 'expected a host name in lower case')
    .optional(),
  INDELIBLE_SIGNER_DIR: z.string().min(1).optional(),
  INDELIBLE_CONTEXT_KEY: z.string().min(16, 'expected at least 16 characters').optional(),
  INDELIBLE_CAPTURE_MAPPING: z.string().min(1).optional(),
  INDELIBLE_ADMIN_KEY: z
    .string()
    .regex(/^ink_[A-Za-z0-9_-]{20,}$/, 'expected ink_ and at least 20 letters, digits, _ or -')
    .optional(),
  INDELIBLE_SECRET_KEY: z.string().min(32, 'expected at least 32 characters').optional(),
  INDELIBLE_PUBLIC_URL: z
    .url({ protocol: /^https?$/, error: 'expected https://host, without a path' })
    .refine((url) => !URL.canParse(url) || new URL(url).href === `${new URL(url).origin}/`, 'expected https://host, without a path')
    .transform((url) => new URL(url).origin)
    .optional(),
  INDELIBLE_TRUSTED_PROXIES: networks.optional(),
  INDELIBLE_OUTGOING_NETWORKS: networks.optional(),
  INDELIBLE_OIDC_ISSUER: z
    .url({ protocol: /^https?$/, error: 'expected the issuer exactly as the provider writes it, such as https://login.example.com' })
    .optional(),
  INDELIBLE_OIDC_CLIENT_ID: z.string().min(1).optional(),
  INDELIBLE_OIDC_CLIENT_SECRET: z.string().min(1).optional(),
  INDELIBLE_OIDC_LABEL: z.string().min(1).max(100).default('single sign-on'),
  INDELIBLE_OIDC_DOMAINS: z
    .string()
    .transform((text) => text.split(',').map((part) => part.trim().toLowerCase()))
    .refine(
      (domains) => domains.every((domain) => /^[^\s@,]+\.[^\s@,]+$/.test(domain)),
      'expected domains such as example.com, joined by commas',
    )
    .optional(),
  INDELIBLE_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  INDELIBLE_URL: z.url().default('http://127.0.0.1:8787'),
  INDELIBLE_KEY: z.string().optional(),
  INDELIBLE_TENANT: z.string().optional(),
});

export interface OidcConfig {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** What people call it. */
  readonly label: string;
  /** Of e-mail addresses that may sign in by it, in lower case; none: all. */
  readonly domains: readonly string[];
}

export interface SourceConfig {
  readonly name: string;
  readonly url: string;
}

export interface Config {
  readonly port: number;
  readonly bind: string;
  readonly dataDirectory: string;
  readonly databaseUrl?: string;
  readonly logName?: string;
  readonly signerDirectory: string;
  readonly contextKey?: string;
  /** In place of the secret in the signer's directory. */
  readonly secretKey?: string;
  /** The mapping file, in absolute terms. */
  readonly captureMapping?: string;
  readonly adminKey?: string;
  /** The origin by which people reach the server: `https://audit.example.com`. */
  readonly publicUrl?: string;
  /** Networks of proxies whose word on a client's address counts. */
  readonly trustedProxies: readonly string[];
  /** Networks that the server may ask although they are not public. */
  readonly outgoingNetworks: readonly string[];
  /** The provider of single sign-on. */
  readonly oidc?: OidcConfig;
  readonly logLevel: string;
  readonly sources: readonly SourceConfig[];
  /** What the client commands talk to. */
  readonly client: { readonly url: string; readonly key?: string; readonly tenant?: string };
}

const PREFIX = 'INDELIBLE_';
const SOURCE_PREFIX = 'INDELIBLE_SOURCE_';
/** Further off, a variable is somebody else's: orchestrators set a SERVICE_HOST and the like for a service of our name. */
const MISSPELT_EDITS_MAX = 2;
const SOURCE_VARIABLE = /^INDELIBLE_SOURCE_([A-Z0-9][A-Z0-9_]{0,40})$/i;

/** The setting that a variable of another name was most likely meant for. Passed over, a misspelt one would be a default that nobody chose. */
function meantBy(variable: string): string | undefined {
  if (!variable.startsWith(PREFIX) || variable.startsWith(SOURCE_PREFIX) || Object.hasOwn(schema.shape, variable)) return undefined;
  const source = variable.slice(0, SOURCE_PREFIX.length);
  if (editDistance(source, SOURCE_PREFIX) <= MISSPELT_EDITS_MAX) return `${SOURCE_PREFIX}<NAME>`;
  const known = nearest(variable, Object.keys(schema.shape));
  return known !== undefined && editDistance(variable, known) <= MISSPELT_EDITS_MAX ? known : undefined;
}

/** Undefined without a provider. Half of one would be a sign-in that nobody can use. */
function readOidc(value: z.infer<typeof schema>, faults: { pointer: string; message: string }[]): OidcConfig | undefined {
  const { INDELIBLE_OIDC_ISSUER: issuer, INDELIBLE_OIDC_CLIENT_ID: clientId, INDELIBLE_OIDC_CLIENT_SECRET: clientSecret } = value;
  const set = { INDELIBLE_OIDC_ISSUER: issuer, INDELIBLE_OIDC_CLIENT_ID: clientId, INDELIBLE_OIDC_CLIENT_SECRET: clientSecret };
  if (Object.values(set).every((part) => part === undefined)) return undefined;
  for (const [pointer, part] of Object.entries(set))
    if (part === undefined) faults.push({ pointer, message: 'single sign-on takes the issuer, the client id and the client secret' });
  if (value.INDELIBLE_PUBLIC_URL === undefined)
    faults.push({ pointer: 'INDELIBLE_PUBLIC_URL', message: 'single sign-on needs it: the provider sends people back there' });
  if (issuer === undefined || clientId === undefined || clientSecret === undefined) return undefined;
  return { issuer, clientId, clientSecret, label: value.INDELIBLE_OIDC_LABEL, domains: value.INDELIBLE_OIDC_DOMAINS ?? [] };
}

/**
 * @throws Failure `config_invalid` that names every variable at fault
 * @example readConfig({ INDELIBLE_PORT: '9000' }).port // 9000
 */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const faults: { pointer: string; message: string }[] = [];
  // An empty variable is an unset one: shells and compose files write it that way.
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = schema.safeParse(set);
  for (const issue of parsed.error?.issues ?? []) faults.push({ pointer: issue.path.join('.'), message: issue.message });
  const sources: SourceConfig[] = [];
  for (const [variable, url] of Object.entries(set)) {
    const meant = meantBy(variable);
    if (meant !== undefined) faults.push({ pointer: variable, message: `no setting has this name; did you mean ${meant}?` });
    if (!variable.startsWith(SOURCE_PREFIX) || url === undefined) continue;
    const name = SOURCE_VARIABLE.exec(variable)?.[1]?.toLowerCase();
    if (name === undefined) {
      // Passed over, it would be a database that nobody captures and nobody misses.
      faults.push({ pointer: variable, message: 'expected a name of 1 to 41 capital letters, digits and _' });
      continue;
    }
    const checked = databaseUrl.safeParse(url);
    if (checked.success) sources.push({ name, url });
    else faults.push({ pointer: variable, message: checked.error.issues[0]?.message ?? 'not a URL' });
  }
  const oidc = parsed.success ? readOidc(parsed.data, faults) : undefined;
  if (!parsed.success || faults.length > 0) {
    throw new Failure('config_invalid', faults.map((fault) => `${fault.pointer}: ${fault.message}`).join('\n'), { faults });
  }
  const value = parsed.data;
  const dataDirectory = resolve(value.INDELIBLE_DATA_DIR);
  return {
    port: value.INDELIBLE_PORT,
    bind: value.INDELIBLE_BIND,
    dataDirectory,
    ...(value.INDELIBLE_DATABASE_URL === undefined ? {} : { databaseUrl: value.INDELIBLE_DATABASE_URL }),
    ...(value.INDELIBLE_LOG_NAME === undefined ? {} : { logName: value.INDELIBLE_LOG_NAME }),
    signerDirectory: resolve(value.INDELIBLE_SIGNER_DIR ?? join(dataDirectory, 'signer')),
    ...(value.INDELIBLE_SECRET_KEY === undefined ? {} : { secretKey: value.INDELIBLE_SECRET_KEY }),
    ...(value.INDELIBLE_CONTEXT_KEY === undefined ? {} : { contextKey: value.INDELIBLE_CONTEXT_KEY }),
    ...(value.INDELIBLE_CAPTURE_MAPPING === undefined ? {} : { captureMapping: resolve(value.INDELIBLE_CAPTURE_MAPPING) }),
    ...(value.INDELIBLE_ADMIN_KEY === undefined ? {} : { adminKey: value.INDELIBLE_ADMIN_KEY }),
    ...(value.INDELIBLE_PUBLIC_URL === undefined ? {} : { publicUrl: value.INDELIBLE_PUBLIC_URL }),
    trustedProxies: value.INDELIBLE_TRUSTED_PROXIES ?? [],
    outgoingNetworks: value.INDELIBLE_OUTGOING_NETWORKS ?? [],
    ...(oidc === undefined ? {} : { oidc }),
    logLevel: value.INDELIBLE_LOG_LEVEL,
    sources: sources.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    client: {
      url: value.INDELIBLE_URL,
      ...(value.INDELIBLE_KEY === undefined ? {} : { key: value.INDELIBLE_KEY }),
      ...(value.INDELIBLE_TENANT === undefined ? {} : { tenant: value.INDELIBLE_TENANT }),
    },
  };
}
