// For tests: a page of the demo's dashboard in a real Chromium, signed in as somebody new with a role, who sees no other host.

import { randomUUID } from 'node:crypto';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const TENANT = 'org_acme';
const PASSWORD = 'quite-long-Horse-41-lantern';

export interface Seat {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Who has signed in. */
  readonly email: string;
  /** What went wrong in the page that nobody handled, and requests to other hosts. */
  readonly faults: readonly string[];
  readonly close: () => Promise<void>;
}

export interface SeatOptions {
  readonly role?: 'owner' | 'administrator' | 'analyst' | 'auditor' | 'viewer';
  readonly scope?: string;
  readonly tenant?: string;
  readonly theme?: 'light' | 'dark';
  /** CSS pixels. */
  readonly width?: number;
  readonly height?: number;
  /** Nobody signs in. */
  readonly anonymous?: true;
}

export function demoUrl(): string {
  return needed('INDELIBLE_TEST_DEMO_URL');
}

/** Requests as the one who runs the demo. */
export async function asOperator(path: string, body?: unknown, tenant = TENANT): Promise<Response> {
  const headers = {
    authorization: `Bearer ${needed('INDELIBLE_TEST_DEMO_KEY')}`,
    'indelible-tenant': tenant,
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  };
  const sent = body === undefined ? { headers } : { headers, method: 'POST', body: JSON.stringify(body) };
  const answer = await fetch(new URL(path, demoUrl()), sent);
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
  return answer;
}

let browser: Promise<Browser> | undefined;

/** The browser of this file, which ends with its process. */
function theBrowser(): Promise<Browser> {
  browser ??= chromium.launch({ executablePath: needed('INDELIBLE_TEST_CHROMIUM'), args: ARGUMENTS });
  return browser;
}

/**
 * @example
 * const { page, close } = await openSeat({ role: 'auditor', theme: 'dark', width: 390 });
 * await page.goto('/explore?tenant=org_acme');
 */
export async function openSeat(options: SeatOptions = {}): Promise<Seat> {
  const { role = 'owner', scope, tenant = TENANT, theme = 'light', width = 1440, height = 900, anonymous = false } = options;
  const context = await (
    await theBrowser()
  ).newContext({
    baseURL: demoUrl(),
    colorScheme: theme,
    viewport: { width, height },
    reducedMotion: 'reduce',
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  const faults: string[] = [];
  const email = `${role}-${randomUUID().slice(0, 8)}@example.com`;
  const origin = new URL(demoUrl()).origin;
  context.on('request', (request) => {
    const url = new URL(request.url());
    if (url.origin !== origin && url.protocol !== 'data:' && url.protocol !== 'blob:') faults.push(`another host: ${request.url()}`);
  });
  context.on('weberror', (error) => faults.push(`thrown: ${String(error.error())}`));
  if (!anonymous) await signIn(context, email, { role, scope, tenant });
  const page = await context.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error' && !/status of 4\d\d/.test(message.text())) faults.push(`console: ${message.text()}`);
  });
  return { page, context, email, faults, close: () => context.close() };
}

async function signIn(
  context: BrowserContext,
  email: string,
  { role, scope, tenant }: { role: string; scope: string | undefined; tenant: string },
): Promise<void> {
  const invited = await asOperator('/v1/people/invitations', { email, role, ...(scope === undefined ? {} : { scope }) }, tenant);
  const { link } = (await invited.json()) as { link: string };
  const token = new URL(link).hash.slice(1);
  const data = { token, name: 'Robin Test', password: PASSWORD };
  const answer = await context.request.post('/v1/sign-in/link', { data, headers: { origin: new URL(demoUrl()).origin } });
  if (!answer.ok()) throw new Error(`signing in answered ${answer.status()}: ${await answer.text()}`);
}

function needed(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: run these tests by vitest's project "browser"`);
  return value;
}
