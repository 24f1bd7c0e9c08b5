import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { stripVTControlCharacters } from 'node:util';
import { Failure, FIELDS, parse } from '@indelible/core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { problemResponse } from '../http/problem.ts';
import { eventCommand } from './event.ts';
import { queryCommand } from './query.ts';
import { queryHelp } from './query-help.ts';

const EVENTS = Array.from({ length: 2_345 }, (_, seq) => ({
  id: `id-${seq}`,
  tenant: 'org_acme',
  action: 'bot.updated',
  operation: 'update',
  outcome: 'success',
  occurredAt: '2026-11-22T20:00:00.123Z',
  recordedAt: '2026-11-22T20:00:00.123Z',
  actor: { type: 'user', id: 'usr_maria', name: 'Maria', attribution: 'verified' },
  resource: { type: 'bot', id: 'bot_42' },
  change: { before: { model: 'small-1' }, after: { model: 'large-2' }, fields: ['model'] },
  log: 'trail.example/log/abc',
  seq,
}));

const PLAN = [
  { lead: 'actor', from: '2026-11-01T00:00:00.000Z', to: '2026-12-01T00:00:00.000Z', found: 3, whole: true, ms: 1.25 },
  { lead: 'time', from: '2026-10-01T00:00:00.000Z', to: '2026-11-01T00:00:00.000Z', found: 0, whole: false, ms: 2 },
];

let server: Server;
let url: string;
const asked: URLSearchParams[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    const made = answer(new URL(request.url ?? '/', 'http://x'));
    void made.text().then((body) => response.writeHead(made.status, Object.fromEntries(made.headers)).end(body));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.close();
});

function answer({ pathname, searchParams }: URL): Response {
  if (pathname === '/v1/events/a%2Fb') return Response.json(EVENTS[7]);
  if (pathname !== '/v1/events') return problemResponse(new Failure('not_found', 'there is no event with this id'), 'req_1');
  asked.push(searchParams);
  try {
    parse(searchParams.get('q') ?? '');
  } catch (error) {
    return problemResponse(error as Failure, 'req_2');
  }
  const from = Number(searchParams.get('cursor') ?? 0);
  if (searchParams.get('explain') === 'true') return Response.json({ explanation: 'Said by the server.', plan: PLAN });
  // A slow question is answered in parts of three.
  const slow = (searchParams.get('q') ?? '').includes('slow');
  const to = from + (slow ? 3 : Number(searchParams.get('limit')));
  if (slow && to < 9) {
    return Response.json({
      events: EVENTS.slice(from, to),
      next: String(to),
      partial: true,
      searchedBackTo: `2026-11-${20 - to}T00:00:00.000Z`,
    });
  }
  if (slow) return Response.json({ events: EVENTS.slice(from, 9) });
  return Response.json({ events: EVENTS.slice(from, to), ...(to < EVENTS.length ? { next: String(to) } : {}) });
}

let printed: string;
let complained: string;

beforeEach(() => {
  printed = '';
  complained = '';
  asked.length = 0;
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

async function query(...words: string[]): Promise<string[]> {
  await queryCommand().parseAsync(['node', 'query', '--server', url, ...words]);
  return stripVTControlCharacters(printed).split('\n').slice(0, -1);
}

test('fifty events as a table, and a word that there are more', async () => {
  const lines = await query('actor:maria');
  expect(lines).toHaveLength(51);
  expect(lines[0]).toMatch(/^TIME \(UTC\) .*WHAT .*OUTCOME/);
  expect(lines[1]).toMatch(/^2026-11-22 20:00:00 .*Maria changed model of bot bot_42 from small-1 to large-2 .*success$/);
  expect(complained).toContain('There are more');
  expect(Object.fromEntries(asked[0] ?? [])).toEqual({ q: 'actor:maria', limit: '50', order: 'desc' });
});

test('what changed stands below each event when it is asked for', async () => {
  const lines = await query('--limit', '2', '--verbose');
  expect(lines).toHaveLength(5);
  expect(lines[2]).toBe('    model: small-1 -> large-2');
});

test('every event as JSON, one a line, page by page', async () => {
  const lines = await query('--all', '--json', '--order', 'asc');
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(EVENTS);
  expect(asked.map((parameters) => parameters.get('cursor'))).toEqual([null, '1000', '2000']);
  expect(asked.every((parameters) => parameters.get('order') === 'asc')).toBe(true);
  expect(complained).toBe('');
});

test('a limit beyond one page is met exactly', async () => {
  expect(await query('--limit', '1100', '--json')).toHaveLength(1_100);
  expect(asked.map((parameters) => parameters.get('limit'))).toEqual(['1000', '100']);
});

test('a fault in the query is shown with its place', async () => {
  await expect(query('actor:maria acto:joe')).rejects.toMatchObject({
    code: 'query_invalid',
    message: expect.stringMatching(/nearest is actor[^]*\n {2}actor:maria acto:joe\n {14}\^$/) as string,
  });
});

test('a page says how the next one is had, which begins where it ended', async () => {
  await query('--limit', '2', '--json');
  expect(complained).toContain('--cursor 2');
  printed = '';
  expect((await query('--limit', '2', '--json', '--cursor', '2')).map((line) => (JSON.parse(line) as { seq: number }).seq)).toEqual([2, 3]);
  expect(complained).toContain('--cursor 4');
});

test('an answer in part says so and stops; with --all it goes on to the end', async () => {
  expect(await query('slow', '--json')).toHaveLength(3);
  expect(asked).toHaveLength(1);
  expect(complained).toMatch(/complete only as far as 2026-11-17T00:00:00.000Z[^]*--all[^]*--cursor 3/);
  printed = '';
  complained = '';
  asked.length = 0;
  expect((await query('slow', '--json', '--all')).map((line) => JSON.parse(line) as unknown)).toEqual(EVENTS.slice(0, 9));
  expect(asked.map((parameters) => parameters.get('cursor'))).toEqual([null, '3', '6']);
  expect(complained).toBe('');
});

test('a count is shown while all events go to a file, and nowhere else', async () => {
  const isTty = Object.getOwnPropertyDescriptor(process.stderr, 'isTTY');
  Object.defineProperty(process.stderr, 'isTTY', { value: true, configurable: true });
  try {
    await query('--all', '--json');
  } finally {
    if (isTty === undefined) Reflect.deleteProperty(process.stderr, 'isTTY');
    else Object.defineProperty(process.stderr, 'isTTY', isTty);
  }
  expect(stripVTControlCharacters(complained)).toBe('\r1000 events ... \r2000 events ... \r2345 events\n');
  expect(printed).not.toContain('events ...');
});

test('CSV has a header and an event a line, each ended as RFC 4180 says, and a header even above nothing', async () => {
  await query('--csv', '--limit', '2');
  const lines = printed.split('\r\n');
  expect(lines).toHaveLength(4);
  expect(lines[0]).toMatch(/^seq,id,occurredAt,/);
  expect(lines[2]).toMatch(/^1,id-1,2026-11-22T20:00:00.123Z,/);
  printed = '';
  await query('slow', '--csv', '--cursor', '9');
  expect(printed).toMatch(/^seq,[^\n]*\r\n$/);
});

test('the zone is sent, and the times are shown in it', async () => {
  const lines = await query('--zone', 'Asia/Tokyo', '--limit', '1');
  expect(asked[0]?.get('zone')).toBe('Asia/Tokyo');
  expect(lines[0]).toMatch(/^TIME \(Asia\/Tokyo\)/);
  expect(lines[1]).toMatch(/^2026-11-23 05:00:00 /);
});

test('a query is explained in words, and by what the server did', async () => {
  const lines = await query('actor:maria at:2026-11-22', '--explain', '--zone', 'Asia/Tokyo', '--order', 'asc');
  expect(lines[0]).toBe('Events where the actor (id, name or e-mail) is maria, and that happened in 2026-11-22 (Asia/Tokyo).');
  expect(lines[2]).toMatch(/^INDEX +RECORDED FROM +TO +FOUND +SEARCHED +MS$/);
  expect(lines[3]).toMatch(/^actor +2026-11-01T00:00:00.000Z +2026-12-01T00:00:00.000Z +3 +all of it +1\.3$/);
  expect(lines.at(-1)).toBe('2 statements, 3.3 ms');
  expect(Object.fromEntries(asked[0] ?? [])).toMatchObject({ explain: 'true', order: 'asc', zone: 'Asia/Tokyo', limit: '50' });
  printed = '';
  expect(JSON.parse((await query('actor:maria', '--explain', '--json'))[0] ?? '')).toEqual({
    explanation: 'Said by the server.',
    plan: PLAN,
  });
});

test('the help lists every field, and its examples are queries', () => {
  const help = queryHelp();
  for (const { name } of FIELDS) expect(help).toMatch(new RegExp(`^ {2}${name.replace('.', '\\.')}(\\.<path>)? `, 'm'));
  expect(help).toContain('  seq, id, occurredAt,');
  const examples = [...help.matchAll(/^ {2}indelible query '([^']+)'/gm)].map(([, example = '']) => example);
  expect(examples).toHaveLength(5);
  for (const example of examples) expect(parse(example).terms.length).toBeGreaterThan(0);
  const options = new Set(queryCommand().options.map(({ long }) => long));
  for (const [option] of help.matchAll(/--[a-z]+/g)) expect(options).toContain(option);
});

test('one event in full, as text and as JSON; its id is not a path', async () => {
  await eventCommand().parseAsync(['node', 'event', '--server', url, 'a/b']);
  expect(stripVTControlCharacters(printed)).toContain('Maria changed model of bot bot_42');
  expect(stripVTControlCharacters(printed)).toContain('sequence 7 of trail.example/log/abc');
  printed = '';
  await eventCommand().parseAsync(['node', 'event', '--server', url, '--json', 'a/b']);
  expect(JSON.parse(printed)).toEqual(EVENTS[7]);
  await expect(eventCommand().parseAsync(['node', 'event', '--server', url, 'other'])).rejects.toMatchObject({ code: 'not_found' });
});
