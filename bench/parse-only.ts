// A process of its own that parses and validates events, answers as the server does, and stores nothing: the floor of
// ingest-single.

import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { acceptEvent, makeNewId, makeRedaction, REQUEST_BYTES_MAX } from '@indelible/core';
import { readBytes } from '@indelible/server/dist/http/read-bytes.js';
import { readBody } from '@indelible/server/dist/ingest/read-body.js';
import { Hono } from 'hono';

const redaction = makeRedaction();
const newId = makeNewId();
const LEAF_HASH = 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=';
const LOG = 'indelible-000000000000.invalid/log/000000000000000000000000';

const app = new Hono();
app.post('/v1/events', async (c) => {
  const { items } = readBody(c.req.header('content-type'), await readBytes(c.req.raw, REQUEST_BYTES_MAX));
  const receipts = items.map((item, seq) => {
    if (item.kind === 'fault') throw item.fault;
    const options = { nowMs: Date.now(), redaction, newId, sourceKind: 'api', attribution: 'asserted', tenant: 'bench' } as const;
    return { id: acceptEvent(item.value, options).id, log: LOG, seq, leafHash: LEAF_HASH };
  });
  return c.json({ receipts }, 201);
});

const server = createAdaptorServer({ fetch: app.fetch }) as Server;
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${port}` })}\n`);
});
process.on('SIGTERM', () => process.exit(0));
