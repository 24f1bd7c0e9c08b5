// Values of single types: what an event says of them, to the last digit.

import { onEachServer } from '../servers.test.fixture.ts';
import { testTypes, typeCase } from './types.test.fixture.ts';

const LONG = 'x'.repeat(200_000);

const CASES = [
  typeCase('bool', ['true', true], ['null', null]),
  typeCase('smallint', ['-32768', -32_768], ['32767', 32_767]),
  typeCase('int', ['-2147483648', -2_147_483_648], ['2147483647', 2_147_483_647]),
  typeCase('bigint', ['9007199254740991', 9_007_199_254_740_991], ['9007199254740992', '9007199254740992']),
  typeCase('bigint', ['-9223372036854775808', '-9223372036854775808'], ['-9007199254740993', '-9007199254740993']),
  typeCase('numeric', ['123456789012345678901234567890', '123456789012345678901234567890'], ['1.50', '1.50']),
  typeCase('numeric', ["'NaN'", 'NaN'], ['0.000000000000000000000000000001', '0.000000000000000000000000000001']),
  typeCase('numeric', ["'Infinity'", 'Infinity'], ["'-Infinity'", '-Infinity']),
  typeCase('numeric(30, 5)', ['1', '1.00000'], ['-9999999999999999999999999.99999', '-9999999999999999999999999.99999']),
  typeCase('real', ['0.1', 0.1], ["'-Infinity'", '-Infinity']),
  typeCase('real', ['16777217', 16_777_216], ['1e-40', 1e-40]),
  typeCase('double precision', ['0.1::float8 + 0.2', 0.30000000000000004], ["'NaN'", 'NaN']),
  typeCase('double precision', ["'-0'", '-0'], ['0', 0]),
  typeCase('double precision', ["'Infinity'", 'Infinity'], ['1.7976931348623157e308', '1.7976931348623157e+308']),
  typeCase('double precision', ['5e-324', 5e-324], ['9007199254740993', '9.007199254740992e+15']),
  typeCase('money', ['12345.67', '$12,345.67'], ['-0.01', '-$0.01']),
  typeCase('oid', ['4294967295', 4_294_967_295], ['0', 0]),
  typeCase('pg_lsn', ["'FF/FFFFFFFF'", 'FF/FFFFFFFF'], ["'0/0'", '0/0']),
  typeCase('regclass', ["'case_0'", 'public.case_0'], ["'pg_class'", 'pg_class']),
  typeCase('text', ["''", ''], ["E'\\x01\\x1f\\x7f\\u2028\\t\\r\\n'", '\u0001\u001f\u007f\u2028\t\r\n']),
  typeCase('text', ["'NULL'", 'NULL'], ["U&'\\+01F600 \\FEFF e\\0301'", '\u{1f600} \ufeff e\u0301']),
  typeCase('text', [`'${LONG}'`, LONG], ["'short'", 'short']),
  typeCase('varchar(5)', ["'ab'", 'ab'], ["'abcde'", 'abcde']),
  typeCase('char(5)', ["'ab'", 'ab   '], ["'abcde'", 'abcde']),
  typeCase('"char"', ["'a'", 'a'], ["''", '']),
  typeCase('name', [`'${'n'.repeat(63)}'`, 'n'.repeat(63)], ["'b'", 'b']),
  typeCase('bytea', ["'\\x00ff5c27'", '\\x00ff5c27'], ["''", '\\x']),
  typeCase('uuid', ["'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'", 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'], ['null', null]),
  typeCase('date', ["'infinity'", 'infinity'], ["'0044-03-15 BC'", '0044-03-15 BC']),
  typeCase('date', ["'5874897-12-31'", '5874897-12-31'], ["'2026-02-28'", '2026-02-28']),
  typeCase('timestamp', ["'2026-11-22 20:00:00.123456'", '2026-11-22 20:00:00.123456'], ["'-infinity'", '-infinity']),
  typeCase('timestamp', ["'12026-01-01 00:00:00'", '12026-01-01 00:00:00'], ["'4713-01-01 00:00:00 BC'", '4713-01-01 00:00:00 BC']),
  typeCase(
    'timestamptz',
    ["'2026-11-22 22:00:00.123456+02'", '2026-11-22 20:00:00.123456+00'],
    ["'294276-12-31 23:59:59.999999+00'", '294276-12-31 23:59:59.999999+00'],
  ),
  typeCase('timestamptz', ["'infinity'", 'infinity'], ["'0001-01-01 00:00:00+00 BC'", '0001-01-01 00:00:00+00 BC']),
  typeCase('time', ["'24:00:00'", '24:00:00'], ["'00:00:00.000001'", '00:00:00.000001']),
  typeCase('timetz', ["'04:05:06.789+05:30'", '04:05:06.789+05:30'], ["'23:59:59.999999-15:59:59'", '23:59:59.999999-15:59:59']),
  typeCase(
    'interval',
    ["'1 year 2 months -3 days 04:05:06.000007'", '1 year 2 mons -3 days +04:05:06.000007'],
    ["'-00:00:00.1'", '-00:00:00.1'],
  ),
  typeCase('inet', ["'192.168.0.1/24'", '192.168.0.1/24'], ["'::ffff:1.2.3.4'", '::ffff:1.2.3.4']),
  typeCase('cidr', ["'10.0.0.0/8'", '10.0.0.0/8'], ["'2001:db8::/32'", '2001:db8::/32']),
  typeCase('macaddr', ["'08-00-2b-01-02-03'", '08:00:2b:01:02:03'], ['null', null]),
  typeCase('macaddr8', ["'08:00:2b:01:02:03:04:05'", '08:00:2b:01:02:03:04:05'], ['null', null]),
  typeCase('bit(3)', ["B'101'", '101'], ["B'000'", '000']),
  typeCase('bit varying', ["B''", ''], [`B'${'10'.repeat(40)}'`, '10'.repeat(40)]),
  typeCase('tsvector', ["'fat:3 cat:1A'", "'cat':1A 'fat':3"], ["''", '']),
  typeCase('tsquery', ["'fat & !rat'", "'fat' & !'rat'"], ["'a' ", "'a'"]),
  typeCase('xml', ['\'<a b="1">&lt;</a>\'', '<a b="1">&lt;</a>'], ["'text'", 'text']),
  typeCase('point', ["'(1.5,-2e300)'", '(1.5,-2e+300)'], ["'(0,0)'", '(0,0)']),
  typeCase('box', ["'(0,0),(1,1)'", '(1,1),(0,0)'], ["'(2,2),(1,1)'", '(2,2),(1,1)']),
  typeCase('polygon', ["'((0,0),(1,1),(2,0))'", '((0,0),(1,1),(2,0))'], ['null', null]),
  typeCase('int4range', ["'[1,5]'", '[1,6)'], ["'empty'", 'empty']),
  typeCase('numrange', ["'(,1.50]'", '(,1.50]'], ["'[12345678901234567890.1,)'", '[12345678901234567890.1,)']),
  typeCase('tstzrange', ["'[2026-01-01 00:00:00.000001+01,)'", '["2025-12-31 23:00:00.000001+00",)'], ["'(,infinity)'", '(,infinity)']),
  typeCase('int4multirange', ["'{[1,3),[5,7)}'", '{[1,3),[5,7)}'], ["'{}'", '{}']),
  typeCase('mood', ["'so so'", 'so so'], ["'it''s \"fine\"'", 'it\'s "fine"']),
  typeCase('positive', ['12', 12], ['9', 9]),
  typeCase('exact', ['12345678901234567890.50', '12345678901234567890.50'], ['0.00', '0.00']),
  typeCase('citext', ["'MiXed'", 'MiXed'], ["'other'", 'other']),
];

const SCHEMA = `
  create extension citext;
  create type mood as enum ('so so', 'it''s "fine"');
  create domain positive as int check (value > 0);
  create domain exact as numeric(30, 2) not null`;

onEachServer((server) => {
  testTypes(server, CASES, SCHEMA);
});
