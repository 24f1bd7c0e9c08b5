import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AuditEvent } from '../event/types.ts';
import { FIELDS } from './fields.ts';
import { matches } from './matches.ts';
import { parse } from './parse.ts';

const EVENT: AuditEvent = {
  id: '0197f0c2-6a52-7c1e-9b1a-5f2d3c4b5a69',
  tenant: 'org_acme',
  action: 'bot.updated',
  category: 'resource',
  operation: 'update',
  outcome: 'success',
  severity: 'info',
  occurredAt: '2026-11-22T20:00:00.123Z',
  recordedAt: '2026-11-22T20:00:00.140Z',
  actor: {
    type: 'user',
    id: 'usr_maria',
    name: 'Maria Silva',
    email: 'maria@acme.test',
    onBehalfOf: { type: 'user', id: 'usr_joe', onBehalfOf: { type: 'service', name: 'Scheduler' } },
    attribution: 'verified',
  },
  resource: { type: 'bot', id: 'team/bot_42', name: 'Support bot' },
  related: [{ relation: 'dataset', type: 'dataset', id: 'ds_7' }, { type: 'record', id: 'rec_1' }, { type: 'queue' }],
  context: {
    ip: '2001:db8:0:0::77',
    location: { country: 'PT' },
    sessionId: 'ses_1',
    requestId: 'req_9',
    traceId: '4bf9',
    reason: 'Ticket 4812: larger model',
  },
  source: { kind: 'postgres', name: 'app-db' },
  tags: ['pci:10.2.1.2', 'release'],
};

const BARE: AuditEvent = {
  id: '0197f0c2-6a52-7c1e-9b1a-5f2d3c4b5a70',
  tenant: 'org_acme',
  action: 'auth.login.failed',
  category: 'authentication',
  operation: 'execute',
  outcome: 'denied',
  severity: 'medium',
  occurredAt: '2026-10-01T00:00:00.000Z',
  recordedAt: '2026-10-01T00:00:00.000Z',
  actor: { type: 'anonymous', attribution: 'none' },
  source: { kind: 'api' },
};

const CONTEXT = { seq: 42, nowMs: Date.parse('2026-11-22T21:00:00.000Z') };

test.each([
  ['id:0197F0C2-6A52-7C1E-9B1A-5F2D3C4B5A69', 'id:0197f0c2-6a52-7c1e-9b1a-5f2d3c4b5a68'],
  ['action:bot.updated', 'action:bot'],
  ['action:bot.*', 'action:Bot.*'],
  ['category:resource', 'category:access'],
  ['operation:up*', 'operation:read'],
  ['outcome:success', 'outcome:denied'],
  ['severity:info', 'severity:high'],
  ['actor:usr_maria', 'actor:usr_joe'],
  ['actor:"Maria Silva"', 'actor:Maria'],
  ['actor:maria@*', 'actor:MARIA@*'],
  ['actor.id:usr_maria', 'actor.id:maria@acme.test'],
  ['actor.type:user', 'actor.type:service'],
  ['onbehalfof:usr_joe', 'onbehalfof:usr_maria'],
  ['onbehalfof:Scheduler', 'onbehalfof:scheduler'],
  ['attribution:verified', 'attribution:none'],
  ['resource:bot', 'resource:dataset'],
  ['resource:bot/team/bot_42', 'resource:bot/bot_42'],
  ['resource:b*/*_42', 'resource:b*/*_43'],
  ['resource.id:team/*', 'resource.id:bot'],
  ['related:dataset/ds_7', 'related:dataset/rec_1'],
  ['related:queue', 'related:queue/*'],
  ['ip:2001:0DB8::77', 'ip:2001:db8::78'],
  ['ip:2001:db8::/32', 'ip:2001:db9::/32'],
  ['country:PT', 'country:pt'],
  ['session:ses_1', 'session:ses_2'],
  ['request:req_9', 'request:req'],
  ['trace:4bf*', 'trace:5*'],
  ['reason:"Ticket 4812"*', 'reason:Ticket'],
  ['source:postgres', 'source:api'],
  ['source:app-db', 'source:app'],
  ['tag:pci:*', 'tag:hipaa:*'],
  ['tag:release', 'tag:releas'],
  ['at:-1h', 'at:-59m'],
  ['at:2026-11', 'at:2026-10'],
  ['at:2026-11-22T20:00:00.123Z', 'at:2026-11-22T20:00:00.122Z'],
  ['at:<=2026-11-22T20:00:00.123Z', 'at:<2026-11-22T20:00:00.123Z'],
  ['at:2026-11-20..2026-11-22', 'at:2026-11-20..2026-11-21'],
  ['seq:42', 'seq:43'],
  ['seq:>41', 'seq:>42'],
  ['seq:>=42', 'seq:>=43'],
  ['seq:<43', 'seq:<42'],
  ['seq:<=42', 'seq:<=41'],
  ['seq:40..42', 'seq:43..44'],
  ['actor:usr_maria outcome:success', 'actor:usr_maria outcome:denied'],
  ['', 'outcome:success -outcome:success'],
])('%j holds and %j does not', (holds, fails) => {
  expect(matches(parse(holds), EVENT, CONTEXT)).toBe(true);
  expect(matches(parse(fails), EVENT, CONTEXT)).toBe(false);
});

test('IPv4 is compared by value and never taken for IPv6', () => {
  const event = { ...BARE, context: { ip: '203.0.113.77' } };
  expect(matches(parse('ip:203.0.113.77'), event, CONTEXT)).toBe(true);
  expect(matches(parse('ip:203.0.113.0/24'), event, CONTEXT)).toBe(true);
  expect(matches(parse('ip:203.0.112.0/24'), event, CONTEXT)).toBe(false);
  expect(matches(parse('ip:::/0'), event, CONTEXT)).toBe(false);
});

test.each([
  'actor:*',
  'actor.id:*',
  'onbehalfof:*',
  'resource:*',
  'resource.id:*',
  'related:*',
  'ip:0.0.0.0/0',
  'country:*',
  'session:*',
  'request:*',
  'trace:*',
  'reason:*',
  'tag:*',
])('where the field is absent %s does not hold and excluding it does', (text) => {
  expect(matches(parse(text), BARE, CONTEXT)).toBe(false);
  expect(matches(parse(`-${text}`), BARE, CONTEXT)).toBe(true);
});

test('an event whose sections were pruned can be asked', () => {
  const pruned = { id: EVENT.id, tenant: EVENT.tenant, recordedAt: EVENT.recordedAt };
  expect(matches(parse('-actor:maria -source:api -at:-24h -action:* -tag:x -ip:::1 seq:42'), pruned, CONTEXT)).toBe(true);
  expect(matches(parse('at:<2027'), pruned, CONTEXT)).toBe(false);
});

test('a term and its exclusion never agree', () => {
  const values = {
    text: ['*', 'usr_maria', 'x'],
    enum: ['*', '*e*'],
    uuid: [EVENT.id],
    path: ['bot', '*/*'],
    address: ['::1', '::/0'],
    time: ['-24h', '<2026'],
    integer: ['42', '<7'],
    changed: ['model', '*'],
    value: ['*', '>0.1'],
    has: ['reason', 'after.model'],
  };
  const term = fc
    .constantFrom(...FIELDS)
    .chain((field) =>
      fc.constantFrom(...values[field.kind]).map((value) => `${field.name}${field.paths === true ? '.model' : ''}:${value}`),
    );
  fc.assert(
    fc.property(term, fc.constantFrom(EVENT, BARE), (text, event) => {
      expect(matches(parse(`-${text}`), event, CONTEXT)).toBe(!matches(parse(text), event, CONTEXT));
      expect(matches(parse(`${text} -${text}`), event, CONTEXT)).toBe(false);
    }),
    { numRuns: 500 },
  );
});

const CHANGED: AuditEvent = {
  ...BARE,
  resource: { type: 'bot', id: 'bot_42', name: 'Support assistant' },
  change: {
    before: { model: 'small-1', config: { limits: { max: 5 } }, price: '99.50', tags: ['red', 'blue'] },
    after: { model: 'large-2', config: { limits: { max: 10 } }, price: '100.50', tags: ['red'], note: 'Über-safe: "quoted", GPT 4o' },
    fields: ['config/limits/max', 'model', 'note', 'price', 'tags'],
  },
  metadata: { plan: 'team', 'a.b': true, none: null },
};

test.each([
  ['changed:model', true],
  ['changed:config', true],
  ['changed:config/limits', true],
  ['changed:config/lim', false],
  ['changed:conf*', true],
  ['changed:*max', true],
  ['changed:temperature', false],
  ['after.model:large-2', true],
  ['after.model:small-1', false],
  ['before.model:(small-1 OR x)', true],
  ['after.config.limits.max:>5', true],
  ['after.config.limits.max:10', true],
  ['after.config:10', true],
  ['after.config.limits.max:5..9', false],
  ['after.price:>100', true],
  ['before.price:>100', false],
  ['after.model:>5', false],
  ['before.tags:blue', true],
  ['after.tags:blue', false],
  ['before.tags.1:blue', true],
  ['before.tags.01:blue', false],
  ['meta.plan:t*', true],
  ['meta./a.b:true', true],
  ['meta.a.b:true', false],
  ['meta.none:null', true],
  ['has:meta.none', true],
  ['has:meta.nothing', false],
  ['has:changed', true],
  ['has:reason', false],
  ['has:resource', true],
  ['support', true],
  ['SUPPORT assistant', true],
  ['"assistant support"', false],
  ['"support assistant"', true],
  ['über', true],
  ['"safe quoted gpt"', true],
  ['gp*', true],
  ['gp', false],
  ['bot_42', false],
  ['team -large', false],
  ['team -larg', true],
  ['team -"large 2"', false],
  ['(nothing OR team) -(team nothing)', true],
])('%s on a change: %s', (text, expected) => {
  expect(matches(parse(text), CHANGED, CONTEXT)).toBe(expected);
});
