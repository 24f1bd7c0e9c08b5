// indelible capture preview, as a process.

import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CaptureTest, openCaptureTest } from '../capture/capture.test.fixture.ts';

// Processes run the compiled code: Node 20 does not read TypeScript.
const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

let app: CaptureTest;
let folder: string;
let file: string;

beforeAll(async () => {
  app = await openCaptureTest(`
    create table organizations (id text primary key, name text);
    create table bots (id int primary key, organization_id text references organizations, name text, api_key text, prompt text);
    create table sessions (id int primary key);
    create table empty (id int primary key)`);
  await app.source.query(`insert into organizations values ('acme', 'Acme'); insert into sessions values (1);
    insert into bots values (1, 'acme', E'Support\\x1b[31m', 'sk_live_1', 'be nice')`);
  folder = await mkdtemp(join(tmpdir(), 'preview-'));
  file = join(folder, 'mapping.yaml');
  await writeFile(file, 'tables:\n  bots: {redact: [prompt], noise: [seen]}\n  sessions: {skip: true}\n');
}, 120_000);

afterAll(async () => {
  await app.close();
  await rm(folder, { recursive: true });
});

function preview(env: Record<string, string>, ...args: string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    const options = { env: { ...process.env, NO_COLOR: '1', ...env }, cwd: folder };
    execFile(process.execPath, [MAIN, 'capture', 'preview', app.sourceUrl, '--name', 'app', ...args], options, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out, err });
    });
  });
}

test('for a person: what each table is, and its rows as events', async () => {
  const { code, out, err } = await preview({}, '--mapping', file);
  expect(err).toBe(`mapping ${file}:2:36: the table public.bots has no column seen; take it out of the file, unless it is still to come\n`);
  expect(code).toBe(0);
  expect(out).toBe(`public.bots -> bot
  id       id
  name     name
  tenant   organization_id; organization_id -> public.organizations
  related  organization_id -> organization
  redacted api_key (api_key); prompt (mapping)
  bot.observed 1 "Support [31m"  tenant acme (organization_id)  organization organization acme
    {"id":1,"organization_id":"acme","name":"Support\\u001b[31m","api_key":{"redacted":"api_key"},"prompt":{"redacted":"mapping"}}
public.empty -> empty
  id       id
  name     none
  tenant   none: "default"
  no rows
public.organizations -> organization
  id       id
  name     name
  tenant   id
  organization.observed acme "Acme"  tenant acme (id)
    {"id":"acme","name":"Acme"}
public.sessions -> session skipped: the mapping file says so
`);
});

test('for a program: a line of JSON for each table; the setting names the file', async () => {
  const { code, out } = await preview({ INDELIBLE_CAPTURE_MAPPING: file }, '--json', '--table', 'sessions');
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ table: 'public.sessions', state: 'skipped', events: [] });
});

test.each([
  ['a limit that is no number', ['--limit', 'many'], /--limit/],
  ['a table that is not there', ['--table', 'bost'], /no table bost; did you mean public.bots/],
  ['a mapping file that is not there', ['--mapping', 'nowhere.yaml'], /nowhere.yaml cannot be read/],
])('%s is a fault of usage', async (_, args, message) => {
  const { code, out, err } = await preview({}, ...args);
  expect({ code, out }).toEqual({ code: 3, out: '' });
  expect(err).toMatch(message);
});
