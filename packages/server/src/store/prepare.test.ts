// What is compared when an id returns must never change: a sender's second try would be refused by a newer version.

import { createHmac } from 'node:crypto';
import { acceptEvent, leafHash, makeNewId, makeRedaction } from '@indelible/core';
import { expect, test } from 'vitest';
import { entryOfDisclosures, splitDisclosures } from './disclosures.ts';
import { nodeHash } from './node-hash.ts';
import { prepare } from './prepare.ts';

const KEY = Buffer.alloc(32, 7);
const ID = '0195606d-1c43-7abc-8def-0123456789ab';
const T = 1_772_600_767_456;

function sample(): ReturnType<typeof acceptEvent> {
  const value = { id: ID, action: 'bot.viewed', actor: { id: 'usr_1' }, metadata: { note: 'a\nb' } };
  return acceptEvent(value, { nowMs: T, redaction: makeRedaction(), newId: makeNewId(), sourceKind: 'api', attribution: 'asserted' });
}

test("an event's body is every section without its salt, and no time that the server chose", () => {
  const body =
    '"actor",{"attribution":"asserted","id":"usr_1","type":"user"}]' +
    '"core",{"action":"bot.viewed","actor":{"type":"user"},"category":"access",,"operation":"read","outcome":"success","severity":"info"}]' +
    '"metadata",{"metadata":{"note":"a\\nb"}}]' +
    '"source",{"kind":"api"}]';
  const expected = createHmac('sha256', KEY).update(body).digest().subarray(0, 16);
  expect(prepare(sample(), T, KEY).mac?.toString('hex')).toBe(expected.toString('hex'));
  expect(prepare(sample(), T + 1, KEY).mac?.toString('hex')).toBe(expected.toString('hex'));
});

test('what is stored makes the leaf again, line by line and salt by salt', () => {
  const prepared = prepare(sample(), T, KEY);
  expect(prepared.salts.length).toBe(16 * 4);
  const disclosed = splitDisclosures(prepared);
  expect(disclosed.map(({ name }) => name)).toEqual(['actor', 'core', 'metadata', 'source']);
  const made = leafHash(entryOfDisclosures(ID, T, disclosed), nodeHash);
  expect(Buffer.from(made).toString('base64')).toBe(prepared.leafHash);
  expect(new Set(disclosed.map(({ text }) => text.slice(0, 26))).size).toBe(4);
});
