import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { stripVTControlCharacters } from 'node:util';
import { Failure, parse } from '@indelible/core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { problemResponse } from '../http/problem.ts';
import { eventCommand, queryCommand } from './query.ts';

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
  const to = from + Number(searchParams.get('limit'));
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

test('one event in full, as text and as JSON; its id is not a path', async () => {
  await eventCommand().parseAsync(['node', 'event', '--server', url, 'a/b']);
  expect(stripVTControlCharacters(printed)).toContain('Maria changed model of bot bot_42');
  expect(stripVTControlCharacters(printed)).toContain('sequence 7 of trail.example/log/abc');
  printed = '';
  await eventCommand().parseAsync(['node', 'event', '--server', url, '--json', 'a/b']);
  expect(JSON.parse(printed)).toEqual(EVENTS[7]);
  await expect(eventCommand().parseAsync(['node', 'event', '--server', url, 'other'])).rejects.toMatchObject({ code: 'not_found' });
});
