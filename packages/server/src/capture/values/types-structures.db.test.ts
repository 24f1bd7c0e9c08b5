// Values that hold others: JSON, arrays, composite types, hstore, and domains and enums within them.

import { onEachServer } from '../servers.test.fixture.ts';
import { testTypes, typeCase } from './types.test.fixture.ts';

const DEEP = `${'['.repeat(40)}${']'.repeat(40)}`;
const DEEP_ALLOWED = `${'['.repeat(24)}${']'.repeat(24)}`;

const JSON_CASES = [
  typeCase(
    'jsonb',
    ['\'{"big": 12345678901234567890, "17": 12345678901234567, "exp": 1e400, "ok": 0.1}\'', jsonb17()],
    ['\'{"b": 1.10, "a": -1e-7}\'', { a: -1e-7, b: 1.1 }],
  ),
  typeCase('jsonb', ["'null'", null], ['\'"text"\'', 'text']),
  typeCase('jsonb', ["'9007199254740993'", '9007199254740993'], ["'true'", true]),
  typeCase(
    'jsonb',
    ['\'{"__proto__": {"x": 1}, "constructor": 2, "": 3, "a/b~c": 4, "\\u00e9\\ud83d\\ude00": 5}\'', JSON.parse(ODD_KEYS())],
    ["'{}'", {}],
  ),
  typeCase('jsonb', [`'${DEEP}'`, DEEP], [`'${DEEP_ALLOWED}'`, JSON.parse(DEEP_ALLOWED)]),
  typeCase('jsonb', [`to_jsonb(repeat('\\"', 1000))`, '\\"'.repeat(1_000)], ["to_jsonb(E'\\x01\\u2028'::text)", '\u0001\u2028']),
  typeCase(
    'json',
    ['\'{ "n" : 1.000 , "big":123456789012345678, "z": -0 }\'', { n: 1, big: '123456789012345678', z: '-0' }],
    ['\'{"a": 1, "a": 2}\'', '{"a": 1, "a": 2}'],
  ),
  typeCase('json', ['\'"\\u0000"\'', '"\\u0000"'], ['\'["\\ud800"]\'', '["\\ud800"]']),
  typeCase('json', ['\'{"password": "p1", "x": 1, "x": 2}\'', { redacted: 'password' }], ["'[]'", []]),
  typeCase(
    'json',
    [`'{"deep": ${DEEP}, "api_key": "sk_1"}'`, { redacted: 'api_key' }],
    ['\'{"token": "t", "ok": 1}\'', { token: { redacted: 'token' }, ok: 1 }],
  ),
];

function jsonb17() {
  return { big: '12345678901234567890', '17': '12345678901234567', exp: `1${'0'.repeat(400)}`, ok: 0.1 };
}

function ODD_KEYS(): string {
  return '{"__proto__": {"x": 1}, "constructor": 2, "": 3, "a/b~c": 4, "\\u00e9\\ud83d\\ude00": 5}';
}

const ARRAY_CASES = [
  typeCase('int[]', ["'{}'", []], ["'{1,NULL,-3}'", [1, null, -3]]),
  typeCase(
    'int[][]',
    [
      "'{{1,2},{3,4}}'",
      [
        [1, 2],
        [3, 4],
      ],
    ],
    ["'{{{{{{7}}}}}}'", [[[[[[7]]]]]]],
  ),
  typeCase('int[]', ["'[0:1]={1,2}'", '[0:1]={1,2}'], ["'{1,2}'", [1, 2]]),
  typeCase(
    'text[]',
    [
      `'{"a,b","say \\"x\\"","back\\\\slash",NULL,"NULL","", " ", "{}", null}'`,
      ['a,b', 'say "x"', 'back\\slash', null, 'NULL', '', ' ', '{}', null],
    ],
    [`array[E'line\\nbreak', '\u00e9\u{1f600}', ';']`, ['line\nbreak', '\u00e9\u{1f600}', ';']],
  ),
  typeCase('bigint[]', ["'{9007199254740993,1}'", ['9007199254740993', 1]], ["'{NULL}'", [null]]),
  typeCase(
    'numeric[]',
    ["'{1.50,NaN,123456789012345678901234567890}'", ['1.50', 'NaN', '123456789012345678901234567890']],
    ["'{0}'", ['0']],
  ),
  typeCase('float8[]', ["'{0.1,Infinity,-0}'", [0.1, 'Infinity', '-0']], ["'{1}'", [1]]),
  typeCase('bool[]', ["'{t,f,NULL}'", [true, false, null]], ['null', null]),
  typeCase(
    'timestamptz[]',
    ['\'{"2026-11-22 20:00:00.123456+00",infinity}\'', ['2026-11-22 20:00:00.123456+00', 'infinity']],
    ["'{}'", []],
  ),
  typeCase('bytea[]', [`array['\\x00ff'::bytea, '']`, ['\\x00ff', '\\x']], ["'{}'", []]),
  typeCase(
    'jsonb[]',
    [
      `array['{"a": [12345678901234567890, "x,y"], "password": "p"}'::jsonb, 'null', '1']`,
      [{ a: ['12345678901234567890', 'x,y'], password: { redacted: 'password' } }, null, 1],
    ],
    [`array[null::jsonb]`, [null]],
  ),
  typeCase('box[]', ["'{(1,1),(0,0);(2,2),(1,1)}'", ['(1,1),(0,0)', '(2,2),(1,1)']], ["'{}'", []]),
  typeCase('point[]', [`'{"(1,2)","(3,4)"}'`, ['(1,2)', '(3,4)']], ["'{}'", []]),
  typeCase('mood[]', [`'{"so so",happy}'`, ['so so', 'happy']], ["'{NULL}'", [null]]),
  typeCase('int4range[]', [`'{"[1,3)",empty}'`, ['[1,3)', 'empty']], ["'{}'", []]),
  typeCase('int4multirange[]', [`array['{[1,3),[5,7)}'::int4multirange]`, ['{[1,3),[5,7)}']], ["'{}'", []]),
  typeCase('whole[]', ["'{1,2}'", [1, 2]], ["'{}'", []]),
  typeCase('series', ["'{1.10,2}'", ['1.10', '2']], ["'{NULL}'", [null]]),
  typeCase('xml[]', [`array['<a>"1,2"</a>'::xml]`, ['<a>"1,2"</a>']], ["'{}'", []]),
  typeCase('uuid[]', ["'{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}'", ['a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11']], ["'{}'", []]),
  typeCase('int2vector', ["'1 2'", '1 2'], ["''", '']),
];

const RECORD_CASES = [
  typeCase(
    'place',
    [
      `row(1, 'a "quoted", \\ text', null, '{1,2}', '{"k": 12345678901234567890}')`,
      { nr: 1, 'na me': 'a "quoted", \\ text', big: null, list: [1, 2], doc: { k: '12345678901234567890' } },
    ],
    [`row(null, '', 9007199254740993, null, null)`, { nr: null, 'na me': '', big: '9007199254740993', list: null, doc: null }],
  ),
  typeCase(
    'place[]',
    [`array[row(1, 'x', 2, '{}', '[]')::place, null]`, [{ nr: 1, 'na me': 'x', big: 2, list: [], doc: [] }, null]],
    ["'{}'", []],
  ),
  typeCase(
    'nested',
    [`row(row(1, 'x', 2, '{}', '[]')::place, true)`, { inner: { nr: 1, 'na me': 'x', big: 2, list: [], doc: [] }, ok: true }],
    ['row(null, false)', { inner: null, ok: false }],
  ),
  typeCase(
    'login',
    [`row('joe', 'hunter2')`, { name: 'joe', password: { redacted: 'password' } }],
    [`row('jane', null)`, { name: 'jane', password: { redacted: 'password' } }],
  ),
  typeCase('login[]', [`'[0:0]={"(joe,hunter2)"}'`, { redacted: 'password' }], ["'{}'", []]),
  typeCase('odd', [`row(1, 2)`, JSON.parse('{"__proto__": 1, "constructor": 2}')], ['null', null]),
  typeCase('row_of', [`row(7, 'w')`, { id: 7, word: 'w' }], ['row(null, null)', { id: null, word: null }]),
  typeCase(
    'hstore',
    [
      `'"a b"=>"1, \\"x\\"=>2", "n"=>NULL, "password"=>"p", "__proto__"=>""'`,
      JSON.parse('{"a b": "1, \\"x\\"=>2", "n": null, "password": {"redacted": "password"}, "__proto__": ""}'),
    ],
    ["''", {}],
  ),
];

const SCHEMA = `
  create extension hstore;
  create type mood as enum ('so so', 'happy');
  create domain whole as int;
  create domain series as numeric[];
  create type place as (nr int, "na me" text, big bigint, list int[], doc jsonb);
  create type nested as ("inner" place, ok bool);
  create type login as (name text, password text);
  create type odd as ("__proto__" int, gone int, constructor int);
  alter type odd drop attribute gone;
  create table row_of (id int primary key, word text)`;

onEachServer((server) => {
  testTypes(server, [...JSON_CASES, ...ARRAY_CASES, ...RECORD_CASES], SCHEMA);
});
