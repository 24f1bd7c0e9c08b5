// Exports over HTTP, from asking to the file, and over a socket to the command line.

import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../capture/capture.test.fixture.ts';
import type { PresentedExport } from '../export/present.ts';
import { makeServer } from './listener.ts';
import { anEvent, type Answer, openTestServer, type TestServer } from './server.test.fixture.ts';

// Processes run the compiled code: Node 20 does not read TypeScript.
const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

let server: TestServer;
let http: Server;
let url: string;
let folder: string;
let token: string;

beforeAll(async () => {
  server = await openTestServer();
  folder = await mkdtemp(join(tmpdir(), 'indelible-exports-'));
  ({ token } = await server.key('org_acme', 'ingest', 'read', 'embed'));
  for (let page = 0; page < 3; page++) {
    const events = Array.from({ length: 700 }, (_, index) =>
      anEvent({
        action: index % 7 === 0 ? 'bot.updated' : 'bot.viewed',
        actor: { id: `usr_${index % 3}`, name: '=SUM(1;2)' },
        resource: { type: 'bot', id: `bot_${index % 5}` },
        metadata: { index, page, text: 'ein "Zitat",\nüber zwei Zeilen' },
      }),
    );
    await server.post(events, token);
  }
  await server.trail.seal();
  http = makeServer(server.app.fetch);
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
});
afterAll(async () => {
  http?.close();
  http?.closeAllConnections();
  await server?.close();
  await rm(folder, { recursive: true, force: true });
});

async function makeExport(body: object, who = token): Promise<PresentedExport> {
  const { status, text, body: made } = await server.post(body, who, {}, '/v1/exports');
  expect({ status, text }).toEqual({ status: 202, text });
  return made as unknown as PresentedExport;
}

async function isOver(id: string, who = token): Promise<PresentedExport> {
  let job: PresentedExport | undefined;
  await until(async () => {
    job = (await server.get(`/v1/exports/${id}`, who)).body as unknown as PresentedExport;
    return job.state !== 'queued' && job.state !== 'running';
  });
  return job as PresentedExport;
}

const file = (id: string, who = token): Promise<Answer> => server.get(`/v1/exports/${id}/file`, who);

test('a file is what the query says, and says so itself', async () => {
  const made = await makeExport({ q: 'action:bot.updated at:-1h', format: 'jsonl' });
  expect(made).toMatchObject({ preview: { count: 300, estimate: false }, total: 300 });
  const job = await isOver(made.id);
  expect(job).toMatchObject({ state: 'done', counted: 300, total: 300, q: 'action:bot.updated at:-1h' });
  const { status, headers, text } = await file(made.id);
  expect(status).toBe(200);
  expect(headers.get('content-disposition')).toBe(`attachment; filename="${job.fileName}"`);
  expect(job.fileName).toMatch(/^indelible-org_acme-\d{8}T\d{6}Z\.jsonl$/);
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('content-length')).toBe(String(Buffer.byteLength(text)));
  expect(job.bytes).toBe(Buffer.byteLength(text));
  const lines = text.trimEnd().split('\n');
  const page = await server.get('/v1/events?limit=1000&q=action:bot.updated', token);
  expect(lines.slice(0, -1).map((line) => JSON.parse(line) as unknown)).toEqual(page.body['events']);
  const trailer = (JSON.parse(lines.at(-1) ?? '') as { export: Record<string, unknown> }).export;
  const before = text.slice(0, text.lastIndexOf('\n', text.length - 2) + 1);
  expect(trailer).toMatchObject({
    count: 300,
    sha256: createHash('sha256').update(before).digest('hex'),
    bytes: Buffer.byteLength(before),
  });
  expect(trailer['checkpoint']).toContain(trailer['log']);
  const manifest = await server.get(`/v1/exports/${made.id}/manifest`, token);
  expect(manifest.body['export']).toEqual(trailer);
  // What was frozen is a question that anybody can ask again.
  const again = await server.get(`/v1/events?limit=1000&q=${encodeURIComponent(job.query)}`, token);
  expect(again.body['events']).toEqual(page.body['events']);
  const head = await server.request(`/v1/exports/${made.id}/file`, { method: 'HEAD', headers: { authorization: `Bearer ${token}` } });
  expect({ status: head.status, text: head.text }).toEqual({ status: 200, text: '' });
});

test('CSV has its columns, a byte order mark, and no formula', async () => {
  const made = await makeExport({ q: 'action:bot.updated', format: 'csv', columns: ['seq', 'actor.name', 'metadata'] });
  await isOver(made.id);
  const { text, headers } = await file(made.id);
  expect(headers.get('content-type')).toMatch(/^text\/csv; charset=utf-8/);
  // fetch takes the mark away.
  expect(text.split('\r\n')[0]).toBe('seq,actor.name,metadata');
  expect(Number(headers.get('content-length'))).toBe(Buffer.byteLength(text) + 3);
  expect(text).toMatch(/\r\n\d+,'=SUM\(1;2\),"\{""index"":\d+,/);
});

test('what cannot be exported is said when it is asked for', async () => {
  const refused = async (body: object, code: string): Promise<void> => {
    const answer = await server.post(body, token, {}, '/v1/exports');
    expect({ body, code: answer.body['code'] }).toEqual({ body, code });
  };
  await refused({ format: 'xlsx' }, 'parameter_invalid');
  await refused({ format: 'jsonl', columns: ['seq'] }, 'parameter_invalid');
  await refused({ format: 'csv', columns: ['sequence'] }, 'parameter_invalid');
  await refused({ format: 'csv', q: 'acto:x' }, 'query_invalid');
  await refused({ format: 'csv', from: 'soon' }, 'parameter_invalid');
  await refused({ format: 'csv', zone: 'Mars' }, 'parameter_invalid');
  const nobody = await server.key('org_new', 'read');
  expect((await server.post({ format: 'csv' }, nobody.token, {}, '/v1/exports')).status).toBe(404);
  expect((await server.get('/v1/exports', nobody.token)).body).toEqual({ exports: [] });
});

test('a viewer token exports where it says so, what it sees and nothing else', async () => {
  const tokenOf = async (body: object): Promise<string> => String((await server.post(body, token, {}, '/v1/viewer-tokens')).body['token']);
  const resource = { type: 'bot', id: 'bot_3' };
  const without = await tokenOf({ resource });
  expect((await server.post({ format: 'jsonl' }, without, {}, '/v1/exports')).body).toMatchObject({ code: 'forbidden' });
  const viewer = await tokenOf({ resource, exports: true, viewer: { id: 'cus_1' } });
  const made = await makeExport({ q: 'action:bot.updated', format: 'jsonl' }, viewer);
  const job = await isOver(made.id, viewer);
  expect(job).toMatchObject({ state: 'done', counted: 60 });
  const { text } = await file(made.id, viewer);
  const events = text.trimEnd().split('\n').slice(0, -1);
  expect(events.map((line) => (JSON.parse(line) as { resource: unknown }).resource)).toEqual(events.map(() => resource));
  const all = await makeExport({ format: 'jsonl' });
  for (const path of ['', '/file', '/manifest'])
    expect((await server.get(`/v1/exports/${all.id}${path}`, viewer)).body).toMatchObject({ code: 'not_found' });
  expect((await server.post({}, viewer, {}, `/v1/exports/${all.id}/cancel`)).status).toBe(404);
  const listed = (await server.get('/v1/exports', viewer)).body['exports'] as PresentedExport[];
  expect(listed.map(({ id }) => id)).toEqual([made.id]);
  // The same person with another token sees it too; with a token of another part no more.
  expect((await file(made.id, await tokenOf({ resource, exports: true, viewer: { id: 'cus_1' } }))).status).toBe(200);
  const other = await tokenOf({ resource: { type: 'bot', id: 'bot_4' }, exports: true, viewer: { id: 'cus_1' } });
  expect((await file(made.id, other)).status).toBe(404);
});

test('the trail says who exported what, and who fetched it', async () => {
  const { id } = await makeExport({ q: 'actor:usr_1', format: 'csv' });
  await isOver(id);
  await file(id);
  await server.accessTrail.flush(Number.POSITIVE_INFINITY);
  const { body } = await server.get(`/v1/events?q=${encodeURIComponent(`source:self resource:export/${id}`)}`, token);
  expect(body['events']).toMatchObject([
    { action: 'audit.export.completed', metadata: { count: 699, format: 'csv' } },
    { action: 'audit.exported', metadata: { asked: 'actor:usr_1', count: 699, format: 'csv' } },
  ]);
  const fetched = await server.get(`/v1/events?q=${encodeURIComponent('action:audit.export.downloaded')}`, token);
  expect(JSON.stringify(fetched.body['events'])).toContain(`/v1/exports/${id}/file`);
});

test('what was altered since breaks the connection off, and there is no file any more', async () => {
  const made = await makeExport({ q: 'actor:usr_2', format: 'jsonl' });
  await isOver(made.id);
  const { tenantId } = await server.trail.log('org_acme');
  await server.trail.admin.query(
    `update indelible.event set disclosures = replace(disclosures, '"index":', '"indez":') where tenant_id = $1 and seq =
       (select max(seq) from indelible.event where tenant_id = $1 and actor_id = 'usr_2')`,
    [tenantId],
  );
  const response = await fetch(`${url}/v1/exports/${made.id}/file`, { headers: { authorization: `Bearer ${token}` } });
  expect(response.status).toBe(200);
  await expect(response.text()).rejects.toThrow(/terminated|aborted/);
  await until(async () => (await isOver(made.id)).state === 'failed');
  expect((await file(made.id)).body).toMatchObject({ status: 409, code: 'export_unready' });
});

function indelible(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const env = { ...process.env, INDELIBLE_URL: url, INDELIBLE_KEY: token, NO_COLOR: '1' };
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...args], { env, cwd: folder }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out, err });
    });
  });
}

test('on the command line a file has its name when it is whole, and is verified', async () => {
  const made = await indelible('export', '--q', 'action:bot.updated', '--format', 'csv', '--out', 'bots.csv');
  expect(made).toMatchObject({ code: 0, out: '300 events in bots.csv\n' });
  expect((await readdir(folder)).toSorted()).toEqual(['bots.csv', 'bots.csv.manifest.json']);
  expect(await indelible('verify', '--export', 'bots.csv')).toMatchObject({ code: 0 });

  const all = await indelible('export', '--q', 'actor:usr_0', '--out', 'all.jsonl', '--json');
  expect(JSON.parse(all.out)).toMatchObject({ file: 'all.jsonl', export: { count: 702, format: 'jsonl' } });
  const { vkey } = (await server.get('/v1/log', token)).body as { vkey: string };
  const sound = await indelible('verify', '--export', 'all.jsonl', '--vkey', vkey, '--json');
  expect({ code: sound.code, ...(JSON.parse(sound.out) as object) }).toMatchObject({
    code: 0,
    ok: true,
    checked: { events: 702, checkpoints: 1 },
  });

  const text = await readFile(join(folder, 'all.jsonl'), 'utf8');
  const lines = text.split('\n');
  await writeFile(join(folder, 'short.jsonl'), [...lines.slice(0, 500), ...lines.slice(702)].join('\n'));
  const short = await indelible('verify', '--export', 'short.jsonl');
  expect(short.code).toBe(1);
  expect(short.out).toContain('short: 500 of 702 events');

  expect((await indelible('export', '--q', 'acto:x', '--out', 'none.csv')).code).toBe(3);
  expect((await indelible('verify', '--export', 'all.jsonl', '--database', url)).code).toBe(3);

  // A manifest that somebody made anew fits its file, but not what the log has on record.
  await server.trail.seal();
  const onRecord = await indelible('verify', '--export', 'all.jsonl', '--server', url, '--vkey', vkey);
  expect(onRecord).toMatchObject({ code: 0 });
  const forged = lines
    .slice(0, 500)
    .map((line) => `${line}\n`)
    .join('');
  const manifest = (JSON.parse(lines[702] ?? '') as { export: object }).export;
  const seqs = lines.slice(0, 500).map((line) => (JSON.parse(line) as { seq: number }).seq);
  const about = { count: 500, firstSeq: Math.min(...seqs), lastSeq: Math.max(...seqs), bytes: Buffer.byteLength(forged) };
  const sha256 = createHash('sha256').update(forged).digest('hex');
  await writeFile(join(folder, 'short.jsonl'), `${forged}${JSON.stringify({ export: { ...manifest, ...about, sha256 } })}\n`);
  expect(await indelible('verify', '--export', 'short.jsonl')).toMatchObject({ code: 0 });
  const found = await indelible('verify', '--export', 'short.jsonl', '--server', url);
  expect(found.code).toBe(1);
  expect(found.out).toContain('the log has another file on record for this export');
  expect((await readdir(folder)).toSorted()).toEqual(['all.jsonl', 'bots.csv', 'bots.csv.manifest.json', 'short.jsonl']);
});

test('a command that is interrupted cancels its export, and leaves no file behind', async () => {
  // Nobody works on it.
  await server.services.exports.stop();
  const before = (await readdir(folder)).toSorted();
  const env = { ...process.env, INDELIBLE_URL: url, INDELIBLE_KEY: token };
  const command = spawn(process.execPath, [MAIN, 'export', '--out', 'never.jsonl'], { env, cwd: folder });
  const ended = once(command, 'exit');
  const newest = async (): Promise<PresentedExport | undefined> =>
    ((await server.get('/v1/exports?limit=1', token)).body['exports'] as PresentedExport[])[0];
  await until(async () => (await newest())?.state === 'queued');
  command.kill('SIGINT');
  expect(await ended).toEqual([1, null]);
  expect(await newest()).toMatchObject({ state: 'cancelled' });
  expect((await readdir(folder)).toSorted()).toEqual(before);
});
