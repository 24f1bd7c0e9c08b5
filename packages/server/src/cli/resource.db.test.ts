// indelible resource, state and actor against a real server: what they print, and what they say when they cannot.

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { openTestServer, receiptsOf, type TestServer } from '../http/server.test.fixture.ts';
import { actorCommand } from './actor.ts';
import { eventCommand } from './event.ts';
import { resourceCommand } from './resource.ts';
import { stateCommand } from './state.ts';

let backend: TestServer;
let front: Server;
let access: string[];
let ids: string[];
let printed = '';
let complained = '';

const DAY_MS = 86_400_000;
const ago = (days: number): string => new Date(Date.now() - days * DAY_MS).toISOString();
const maria = { id: 'usr_maria', name: 'Maria Santos', email: 'maria@example.com' };
const resource = { type: 'bot', id: 'bot/42 é', name: 'Support' };

beforeAll(async () => {
  backend = await openTestServer();
  front = createServer((request, response) => {
    const headers = Object.entries(request.headers).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
    void backend.request(request.url ?? '/', { headers: Object.fromEntries(headers) }).then(({ status, headers: answered, text }) => {
      response.writeHead(status, Object.fromEntries(answered)).end(text);
    });
  });
  await new Promise<void>((resolve) => {
    front.listen(0, '127.0.0.1', resolve);
  });
  const url = `http://127.0.0.1:${(front.address() as AddressInfo).port}`;
  const [ingest, read] = [await backend.key('org_acme', 'ingest'), await backend.key('org_acme', 'read')];
  access = ['--server', url, '--key', read.token];
  const context = { ip: '203.0.113.77', sessionId: 'ses_1' };
  const row = (model: string): object => ({ model, password: 'hidden', config: { max: 1 } });
  ids = receiptsOf(
    await backend.post(
      [
        { action: 'bot.created', actor: maria, resource, context, occurredAt: ago(9), change: { after: row('small') } },
        { action: 'bot.viewed', actor: { id: 'usr_joe' }, resource, occurredAt: ago(8) },
        {
          action: 'bot.updated',
          actor: { id: 'usr_joe' },
          resource,
          occurredAt: ago(5),
          change: { before: { model: 'small' }, after: { model: 'large' } },
        },
        { action: 'bot.updated', actor: maria, resource, context, occurredAt: ago(2) },
        { action: 'dataset.created', actor: maria, resource: { type: 'dataset', id: 'ds_1' }, related: [resource], occurredAt: ago(1) },
      ],
      ingest.token,
    ),
  ).map(({ id }) => id);
});

afterAll(async () => {
  front.close();
  await backend.close();
});

beforeEach(() => {
  printed = '';
  complained = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    complained += String(text);
    return true;
  });
});

afterEach(() => {
  vi.restoreAllMocks();
});

const commands = { resource: resourceCommand, state: stateCommand, actor: actorCommand, event: eventCommand };

async function run(name: keyof typeof commands, ...words: string[]): Promise<string[]> {
  await commands[name]()
    .exitOverride()
    .parseAsync(['node', name, ...access, ...words]);
  return stripVTControlCharacters(printed).split('\n').slice(0, -1);
}

test('a resource: what it is now, and its events; those of others on request', async () => {
  const lines = await run('resource', 'bot', resource.id);
  expect(lines[0]).toBe('bot/bot/42 é  Support  present  3 fields; indelible state shows them');
  expect(lines[1]).toMatch(/^! bot.updated [0-9a-f-]+ of .* does not say what it changed/);
  expect(lines[3]).toMatch(/^TIME \(UTC\)/);
  expect(lines.slice(4)).toHaveLength(4);
  printed = '';
  expect((await run('resource', 'bot', resource.id, '--related')).slice(4)).toHaveLength(5);
  printed = '';
  await run('resource', 'bot', resource.id, '--limit', '1');
  expect(complained).toContain('There are more');
  printed = '';
  const events = await run('resource', 'bot', resource.id, '--json', '--order', 'asc');
  expect(events.map((line) => (JSON.parse(line) as { id: string }).id)).toEqual(ids.slice(0, 4));
});

test('the versions of a resource, with what each changed', async () => {
  const lines = await run('resource', 'bot', resource.id, '--versions', '--order', 'asc');
  expect(
    lines.slice(3).map((line) => line.replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/, 'TIME').replace(/[0-9a-f]{8}-[0-9a-f-]+$/, 'ID')),
  ).toEqual([
    '    #1  TIME  created   usr_maria  bot.created ID',
    '        + config/max: 1',
    '        + model: small',
    '        + password: {"redacted":"password"}',
    '    #2  TIME  changed   usr_joe  bot.updated ID',
    '        ~ model: small -> large',
    '    #3  TIME  changed   usr_maria  bot.updated ID',
    '          (it does not say what it changed)',
  ]);
});

test('the state with who set each field and when, and doubts as warnings', async () => {
  const lines = await run('state', 'bot', resource.id, '--zone', 'Asia/Tokyo');
  expect(lines[0]).toMatch(/^bot\/bot\/42 é {2}Support {2}present {2}as of .* \(Asia\/Tokyo\)$/);
  expect(lines.filter((line) => line.startsWith('! '))).toEqual([expect.stringMatching(/does not say what it changed/)]);
  const rows = lines.slice(lines.findIndex((line) => line.startsWith('FIELD')) + 1);
  expect(rows.map((line) => line.split(/ {2,}/).toSpliced(3, 1))).toEqual([
    ['config/max', '1', 'usr_maria', 'bot.created'],
    ['model', 'large', 'usr_joe', 'bot.updated'],
    ['password', '{"redacted":"password"}', 'usr_maria', 'bot.created'],
  ]);
  const tokyo = new Date(Date.parse(ago(5)) + 9 * 3_600_000).toISOString().slice(0, 10);
  expect(rows[1]).toContain(`  ${tokyo} `);
  printed = '';
  expect(JSON.parse((await run('state', 'bot', resource.id, '--at', '-7d', '--json')).join(''))).toMatchObject({
    standing: 'present',
    values: { model: 'small' },
    doubts: [],
  });
  printed = '';
  expect((await run('state', 'bot', resource.id, '--at', '-30d')).slice(0, 2)).toEqual([
    expect.stringContaining('not there yet'),
    expect.stringMatching(/^it came into being at/),
  ]);
});

test('what differs between two times, and how to undo a change', async () => {
  const lines = await run('state', 'bot', resource.id, '--at', '-7d', '--compare', '-3d');
  expect(lines.at(-1)).toMatch(/^~ {2}model {2}small {3}-> {2}large {2}usr_joe {2}\d{4}-/);
  printed = '';
  expect((await run('state', 'bot', resource.id, '--compare', '-3d')).at(-1)).toBe('Nothing differs.');
  printed = '';
  expect((await run('state', 'bot', resource.id, '--reverse', ids[2] ?? '')).slice(2)).toEqual([
    '  test    /model "large"',
    '  replace /model "small"',
  ]);
  printed = '';
  expect((await run('state', 'bot', resource.id, '--reverse', ids[0] ?? '')).slice(-2)).toEqual([
    expect.stringMatching(/made it: to undo that, remove bot/),
    '! changed again since, and lost if it is removed: model',
  ]);
});

test('what happened around an event, which is marked', async () => {
  const lines = await run('event', ids[2] ?? '', '--context', '--zone', 'Asia/Tokyo');
  expect(lines.filter((line) => /^[A-Z]/.test(line))).toEqual(['By the same actor', 'About the same resource']);
  expect(lines[1]).toMatch(/^ {2}TIME \(Asia\/Tokyo\)/);
  expect(lines.filter((line) => line.startsWith('> '))).toHaveLength(2);
  const about = lines.slice(lines.indexOf('About the same resource') + 2);
  expect(about.map((line) => line.charAt(0))).toEqual([' ', '>', ' ', ' ']);
  expect(about[3]).toContain('usr_maria');
  printed = '';
  expect(JSON.parse((await run('event', ids[2] ?? '', '--context', '--json')).join(''))).toMatchObject({
    event: { id: ids[2] },
    actor: { q: 'actor.id:usr_joe', before: [{ id: ids[1] }] },
  });
});

test('an actor on one screen', async () => {
  const lines = await run('actor', 'usr_maria');
  expect(lines[0]).toBe('usr_maria  Maria Santos  maria@example.com  user');
  expect(lines[2]).toMatch(/^3 events {2}from/);
  const cells = lines.map((line) => line.split(/ {2,}/).slice(0, 2));
  expect(cells).toContainEqual(['203.0.113.77', '2']);
  expect(cells).toContainEqual(['ses_1', '2']);
  expect(lines.some((line) => /^bot\/bot\/42 é {2}Support {2,}2 /.test(line))).toBe(true);
  expect(lines.filter((line) => line.endsWith('█'))).toHaveLength(3);
  printed = '';
  expect(JSON.parse((await run('actor', 'usr_maria', '--from', '-3d', '--json')).join(''))).toMatchObject({
    events: { count: 2 },
    distinct: { resources: 2 },
  });
});

test('what cannot be answered is an error that says what to do', async () => {
  await expect(run('resource', 'bot', 'nobody')).rejects.toMatchObject({
    code: 'not_found',
    message: expect.stringContaining('resource:bot') as string,
  });
  await expect(run('state', 'bots', 'bot_42')).rejects.toMatchObject({
    code: 'not_found',
    message: expect.stringContaining('singular') as string,
  });
  await expect(run('actor', 'Maria Santos')).rejects.toMatchObject({
    code: 'not_found',
    message: expect.stringContaining('actor:') as string,
  });
  await expect(run('state', 'bot', resource.id, '--at', 'soon')).rejects.toMatchObject({ code: 'parameter_invalid' });
  await expect(run('state', 'bot', resource.id, '--zone', 'Mars/Base')).rejects.toMatchObject({ code: 'parameter_invalid' });
  await expect(run('state', 'bot', resource.id, '--reverse', ids[1] ?? '')).rejects.toMatchObject({
    message: expect.stringContaining('changed nothing') as string,
  });
  await expect(run('resource', 'bot', resource.id, '--versions', '--related')).rejects.toMatchObject({
    code: 'commander.conflictingOption',
  });
});
