// The second golden vector: a whole event that exercises every kind of section, down to its leaf hash.
// These bytes are what logs in the field hold. If this test fails, the code is wrong, never the test.

import { expect, test } from 'vitest';
import { fromSections, toSections } from '../event/sections.ts';
import type { NewEvent } from '../event/types.ts';
import { toBase64, toBase64url } from './encoding.ts';
import { commitment, disclosure, entry, leafHash, parseDisclosure } from './leaf.ts';

const ID = '0197f0c2-6a52-7c1e-9b1a-5f2d3c4b5a69';
const T = 1795377600140;
const OCCURRED_AT = '2026-11-22T20:00:00.123Z';

const EVENT: NewEvent = {
  id: ID,
  idFromSender: false,
  action: 'bot.updated',
  category: 'resource',
  operation: 'update',
  outcome: 'failure',
  error: { code: 'conflict', message: 'Bot "bot_42" was changed by somebody else\n' },
  severity: 'medium',
  actor: {
    type: 'agent',
    id: 'agt_1',
    name: 'Mária \u{1f916}',
    attribution: 'verified',
    onBehalfOf: {
      type: 'api_key',
      id: 'key_2',
      onBehalfOf: {
        type: 'user',
        id: 'usr_3',
        email: 'maria@acme.test',
        onBehalfOf: { type: 'service', name: 'scheduler', onBehalfOf: { type: 'user', id: 'usr_joe' } },
      },
    },
  },
  resource: { type: 'bot', id: 'bot_42', name: 'Support bot' },
  related: Array.from({ length: 11 }, (_, index) => ({ relation: 'dataset', type: 'dataset', id: `ds_${index}` })),
  change: {
    before: { model: 'small-1', temperature: 0.2, limits: { '10': 1, '9': 1e21 } },
    after: { model: 'large-2', temperature: -0, limits: { '10': null, '9': 1e-7 } },
    fields: ['limits/10', 'limits/9', 'model', 'temperature'],
    unavailable: [{ field: 'prompt', reason: 'toast' }],
  },
  context: {
    ip: '203.0.113.77',
    location: { country: 'PT', city: 'Lisboa' },
    userAgent: 'Mozilla/5.0 (X11; Linux x86_64)',
    sessionId: 'ses_1',
    requestId: 'req_9',
    route: 'PATCH /bots/:id',
    authMethod: 'sso',
    reason: 'Ticket 4812: customer asked for the "larger" model\u2028',
  },
  source: { kind: 'postgres', name: 'app-db', position: '16/B374D848:3', transaction: '7731' },
  metadata: { plan: 'pro', '\u20ac': [true, false, null], '\u{1f600}': {}, '\ufb33': '' },
  tags: ['team:support'],
  catalogueTags: ['pci:10.2.1.2'],
};

/** Each line: the disclosure, then the commitment to it. Salt number n is 16 bytes of the value n, from 1. */
const GOLDEN: readonly (readonly [string, string])[] = [
  [
    '["AQEBAQEBAQEBAQEBAQEBAQ","actor",{"attribution":"verified","id":"agt_1","name":"Mária 🤖","type":"agent"}]',
    'XrfwG6bq3_cwrfYe5wdkASlX7nLDg3LogxHNZ_MxSmI',
  ],
  ['["AgICAgICAgICAgICAgICAg","behalf/1",{"id":"key_2","type":"api_key"}]', '3WQ21D2vz1BWmeRaXyATkPrJdPBmbOkDf60rSr47uX8'],
  [
    '["AwMDAwMDAwMDAwMDAwMDAw","behalf/2",{"email":"maria@acme.test","id":"usr_3","type":"user"}]',
    'w1GC2S0N9TUBYQdlzRBuDGZfCtSOFi0otPfFQGoF6fA',
  ],
  ['["BAQEBAQEBAQEBAQEBAQEBA","behalf/3",{"name":"scheduler","type":"service"}]', 'NW3vlCl-3wFSoen57j0cQXU0u3RonLF7f4drJ5aW5sY'],
  ['["BQUFBQUFBQUFBQUFBQUFBQ","behalf/4",{"id":"usr_joe","type":"user"}]', 'WCmHMlYCP8WBZ3-2X5eWCFECOZUM8kNhYis014Rt2tc'],
  [
    '["BgYGBgYGBgYGBgYGBgYGBg","change",{"after":{"limits":{"10":null,"9":1e-7},"model":"large-2","temperature":0},"before":{"limits":{"10":1,"9":1e+21},"model":"small-1","temperature":0.2},"fields":["limits/10","limits/9","model","temperature"],"unavailable":[{"field":"prompt","reason":"toast"}]}]',
    '4TWOqvtYwrU9CbXhFbuCO1WaugRfcyEa0Uk0RC4Me2A',
  ],
  [
    '["BwcHBwcHBwcHBwcHBwcHBw","context",{"authMethod":"sso","ip":"203.0.113.77","location":{"city":"Lisboa","country":"PT"},"reason":"Ticket 4812: customer asked for the \\"larger\\" model\u2028","requestId":"req_9","route":"PATCH /bots/:id","sessionId":"ses_1","userAgent":"Mozilla/5.0 (X11; Linux x86_64)"}]',
    'P3moSshQ7QgNJOx1aDMD1Eg-Q2TVf8F5BUkmGH2asq0',
  ],
  [
    '["CAgICAgICAgICAgICAgICA","core",{"action":"bot.updated","actor":{"type":"agent"},"category":"resource","error":{"code":"conflict"},"occurredAt":"2026-11-22T20:00:00.123Z","operation":"update","outcome":"failure","resource":{"type":"bot"},"severity":"medium","tags":["pci:10.2.1.2"]}]',
    'oCAUn6wdJBs_2ROopsrqoBduseudfZvAmXa4hO0_FuM',
  ],
  [
    '["CQkJCQkJCQkJCQkJCQkJCQ","metadata",{"error":{"message":"Bot \\"bot_42\\" was changed by somebody else\\n"},"metadata":{"plan":"pro","€":[true,false,null],"😀":{},"\ufb33":""},"tags":["team:support"]}]',
    'Zr2Az7AlrCG3MqQMO4pRAQO2oXSCH30uL3T4T8KujZ4',
  ],
  [
    '["CgoKCgoKCgoKCgoKCgoKCg","related/0",{"id":"ds_0","relation":"dataset","type":"dataset"}]',
    'cyHIYQfCCfwXWo-FqQqcanS0T1LBnRMJM5bcsvUEfrg',
  ],
  [
    '["CwsLCwsLCwsLCwsLCwsLCw","related/1",{"id":"ds_1","relation":"dataset","type":"dataset"}]',
    '4wydrs-dhoCBTj8lnd5_lfpOxYwOEXayBa8GX3oG4tE',
  ],
  [
    '["DAwMDAwMDAwMDAwMDAwMDA","related/10",{"id":"ds_10","relation":"dataset","type":"dataset"}]',
    '-mYJh0wJs8exwaP30_ffp3azrocFkJBrw-om9rdXRew',
  ],
  [
    '["DQ0NDQ0NDQ0NDQ0NDQ0NDQ","related/2",{"id":"ds_2","relation":"dataset","type":"dataset"}]',
    'Ez_qJk_vSZpRQFzjkX4iOPIIagAtgf05CtrZS7Ts-ac',
  ],
  [
    '["Dg4ODg4ODg4ODg4ODg4ODg","related/3",{"id":"ds_3","relation":"dataset","type":"dataset"}]',
    'ybJHcSnuLbeI_uRsvajrSqzjo1aF_OzxMe8i7-uAw4U',
  ],
  [
    '["Dw8PDw8PDw8PDw8PDw8PDw","related/4",{"id":"ds_4","relation":"dataset","type":"dataset"}]',
    '0e-XqElveMqThKTA_LMHLYNmiPXbWtQypHVlU-cOlhw',
  ],
  [
    '["EBAQEBAQEBAQEBAQEBAQEA","related/5",{"id":"ds_5","relation":"dataset","type":"dataset"}]',
    'A2YodDmm1ozPqat8sey6P3QxB2PQ1CnsE_seITJrokI',
  ],
  [
    '["EREREREREREREREREREREQ","related/6",{"id":"ds_6","relation":"dataset","type":"dataset"}]',
    'H-gGOq9lgfsWBEld7S9Qj9XOYMs76iN7_Gv71T43CdA',
  ],
  [
    '["EhISEhISEhISEhISEhISEg","related/7",{"id":"ds_7","relation":"dataset","type":"dataset"}]',
    '-GUx6bPOVi9dmnvJaUyOigW27ePG65cTtkuFwxTeUnY',
  ],
  [
    '["ExMTExMTExMTExMTExMTEw","related/8",{"id":"ds_8","relation":"dataset","type":"dataset"}]',
    'FIbGYQuemPN6e9bLLEkYLddYJoXoraOJjPYw6Fwebm8',
  ],
  [
    '["FBQUFBQUFBQUFBQUFBQUFA","related/9",{"id":"ds_9","relation":"dataset","type":"dataset"}]',
    'HdLSI7KM21NcnFugn1Ec-vDtgepTcU2kFhhrR3tvuyA',
  ],
  [
    '["FRUVFRUVFRUVFRUVFRUVFQ","resource",{"id":"bot_42","name":"Support bot","type":"bot"}]',
    'mX2cHUTtEb5hRtj6e4q9X1fj53y6N9MYZcH0RFsf6sg',
  ],
  [
    '["FhYWFhYWFhYWFhYWFhYWFg","source",{"kind":"postgres","name":"app-db","position":"16/B374D848:3","transaction":"7731"}]',
    'l8-u8CIvCxHsquPYk1NrRASsLZplJz3nCQTY7JLEvMY',
  ],
];
const ENTRY =
  '{"c":{"actor":"XrfwG6bq3_cwrfYe5wdkASlX7nLDg3LogxHNZ_MxSmI","behalf/1":"3WQ21D2vz1BWmeRaXyATkPrJdPBmbOkDf60rSr47uX8","behalf/2":"w1GC2S0N9TUBYQdlzRBuDGZfCtSOFi0otPfFQGoF6fA","behalf/3":"NW3vlCl-3wFSoen57j0cQXU0u3RonLF7f4drJ5aW5sY","behalf/4":"WCmHMlYCP8WBZ3-2X5eWCFECOZUM8kNhYis014Rt2tc","change":"4TWOqvtYwrU9CbXhFbuCO1WaugRfcyEa0Uk0RC4Me2A","context":"P3moSshQ7QgNJOx1aDMD1Eg-Q2TVf8F5BUkmGH2asq0","core":"oCAUn6wdJBs_2ROopsrqoBduseudfZvAmXa4hO0_FuM","metadata":"Zr2Az7AlrCG3MqQMO4pRAQO2oXSCH30uL3T4T8KujZ4","related/0":"cyHIYQfCCfwXWo-FqQqcanS0T1LBnRMJM5bcsvUEfrg","related/1":"4wydrs-dhoCBTj8lnd5_lfpOxYwOEXayBa8GX3oG4tE","related/10":"-mYJh0wJs8exwaP30_ffp3azrocFkJBrw-om9rdXRew","related/2":"Ez_qJk_vSZpRQFzjkX4iOPIIagAtgf05CtrZS7Ts-ac","related/3":"ybJHcSnuLbeI_uRsvajrSqzjo1aF_OzxMe8i7-uAw4U","related/4":"0e-XqElveMqThKTA_LMHLYNmiPXbWtQypHVlU-cOlhw","related/5":"A2YodDmm1ozPqat8sey6P3QxB2PQ1CnsE_seITJrokI","related/6":"H-gGOq9lgfsWBEld7S9Qj9XOYMs76iN7_Gv71T43CdA","related/7":"-GUx6bPOVi9dmnvJaUyOigW27ePG65cTtkuFwxTeUnY","related/8":"FIbGYQuemPN6e9bLLEkYLddYJoXoraOJjPYw6Fwebm8","related/9":"HdLSI7KM21NcnFugn1Ec-vDtgepTcU2kFhhrR3tvuyA","resource":"mX2cHUTtEb5hRtj6e4q9X1fj53y6N9MYZcH0RFsf6sg","source":"l8-u8CIvCxHsquPYk1NrRASsLZplJz3nCQTY7JLEvMY"},"id":"0197f0c2-6a52-7c1e-9b1a-5f2d3c4b5a69","t":1795377600140,"v":1}';
const LEAF_HASH = 'pz+CdsD4RU2Oxm6n5XpF0YG/54erKNN/9gQ/z569Naw=';

test('sections, commitments, entry and leaf hash are these bytes', () => {
  const made = toSections(EVENT, OCCURRED_AT).map(({ name, value }, index) => {
    const text = disclosure(toBase64url(new Uint8Array(16).fill(index + 1)), name, value);
    return [name, text, commitment(text)] as const;
  });
  expect(made.map(([, text, committed]) => [text, committed])).toEqual(GOLDEN);
  const text = entry({ c: Object.fromEntries(made.map(([name, , committed]) => [name, committed])), id: ID, t: T });
  expect(text).toBe(ENTRY);
  expect(toBase64(leafHash(text))).toBe(LEAF_HASH);
});

test('the disclosures give the event back', () => {
  const sections = GOLDEN.map(([text]) => parseDisclosure(text)).map(({ name, value }) => [name, value] as const);
  const { idFromSender: _, catalogueTags, tags, ...event } = EVENT;
  expect(fromSections({ id: ID, tenant: 'acme', t: T }, sections)).toEqual({
    ...event,
    change: { ...event.change, after: { ...event.change?.after, temperature: 0 } },
    tenant: 'acme',
    occurredAt: OCCURRED_AT,
    recordedAt: '2026-11-22T20:00:00.140Z',
    tags: [...(catalogueTags ?? []), ...(tags ?? [])],
  });
});
