// What counts as a write, and what must go out alone.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { statementsOf } from './sql-words.ts';
import { classify } from './statement.ts';

test.each([
  'INSERT INTO t VALUES (1)',
  '  -- why\n /* a /* nested */ comment */ update t set a = 1',
  'with x as (delete from t returning *) select * from x',
  'WITH x AS (SELECT 1) INSERT INTO t SELECT * FROM x',
  '(with x as (update t set a = 1 returning 1) select 1)',
  'merge into t using s on true when matched then delete',
  'select * into copied from t',
  'TRUNCATE t',
  'create table t as select 1',
  'copy t from stdin',
  'explain analyze insert into t values (1)',
  'execute prepared(1)',
  'declare c cursor with hold for select f(1)',
  'select f(1); select 2',
  `select 'a;b'; insert into t values (1)`,
  'set local x = 1; update t set a = 1',
])('writes: %s', (text) => {
  expect(classify(text)).toMatchObject({ kind: 'write', at: 0 });
});

test.each([
  '',
  ';',
  '-- nothing',
  'select 1',
  'select * from t for update',
  'select * from t for no key update',
  `select 'insert into t' as "delete from t" /* update t */ -- delete from t`,
  `select $$; insert into t values (1); $$, $a$ ; delete from t $a$`,
  `select E'\\'; delete from t; --', 'it''s; delete from t'`,
  'select update_count, deleted from t',
  'copy t to stdout',
  'explain insert into t values (1)',
  'values (1)',
  'begin',
  'start transaction isolation level serializable',
  'begin; select 1',
  'rollback',
  'rollback to savepoint a',
  'savepoint a',
  'set local x = 1',
  'commit prepared $$x$$',
  'select 1; call p()',
  'declare c cursor for select f(1)',
  'explain select f(1)',
  'vacuum full t',
  'reindex table concurrently t',
  'create database d',
  'drop database d',
  'alter system set x = 1',
  'create unique index concurrently i on t (a)',
  'drop index concurrently i',
  'alter table t detach partition p concurrently',
])('not ours: %s', (text) => {
  expect(classify(text)).toEqual({ kind: 'none' });
});

test.each([
  'select f(1)',
  'select count(*) from app.f (1, 2) as t(a, b)',
  'select "f"(1)',
  'select pg_catalog.now(), app.now()',
  'select f/* why */(1)',
  'with x as (select f(1) as a) select * from x',
  'values (f(1), 2)',
  'explain (analyze, costs off) select f(1)',
  'call p()',
  'do $$ begin insert into t values (1); end $$',
  `do $$ begin execute 'select f($1)' using 1; end $$`,
])('may write: %s', (text) => {
  expect(classify(text)).toEqual({ kind: 'maybe', extensible: true });
});

test.each(['select f($1)', `select f('a\\'), '; b')`])('may write, and travels by the protocol that it came for: %s', (text) => {
  expect(classify(text)).toEqual({ kind: 'maybe', extensible: false });
});

test.each([
  'select count(*), coalesce(max(a), 0) from t where id in (1, 2) and exists (select 1) group by (a) having (sum(b) > 1)',
  'select a::numeric(10,2), cast(b as varchar(3)) from t as x(a, b) join (values (1)) as v(c) using (c)',
  `select 'f(1)', $$f(1)$$ from t -- f(1)`,
  'with x as materialized (select 1) select row_number() over (partition by a) from x',
  'select pg_catalog.count(*), PG_CATALOG.NOW() from t',
  'select "count"(*) from t',
])('reads, though it calls: %s', (text) => {
  expect(classify(text)).toEqual({ kind: 'none' });
});

test('COMMIT and END commit, and so does the first half of two', () => {
  expect(classify(`prepare transaction 'a'`)).toEqual({ kind: 'commit' });
  expect(classify('/* bye */ COMMIT AND CHAIN')).toEqual({ kind: 'commit' });
  expect(classify('end;')).toEqual({ kind: 'commit' });
});

// The bar stands where the message belongs.
test.each([
  ['/* ; */ begin isolation level serializable;| insert into t values (1); commit', 1, true],
  ['begin; set transaction isolation level serializable;| insert into t values (1); commit', 2, true],
  ['begin; set local a = 1; set local "transaction_isolation" = serializable;| select 1; insert into t values (1)', 3, true],
  ['begin;| set local a = 1; update t set a = 1; set transaction read only', 1, true],
  ['set transaction isolation level serializable;| insert into t values (1)', 1, false],
  ['show a; set a = 1; listen a; set session transaction_read_only = off;| insert into t values (1)', 4, false],
  ['begin; lock table t;| update t set a = 1', 2, true],
  ['savepoint a; lock table t;; lock u;| release b; update t set a = 1', 3, false],
  ['rollback;| insert into t values (1)', 1, true],
  ['rollback to savepoint a;| insert into t values (1)', 1, true],
  ['|select 1; set transaction isolation level serializable; insert into t values (1)', 0, false],
  ['|insert into t values (1); lock table t', 0, false],
  ['|set a = 1; savepoint a; update t set a = 1', 0, false],
] as const)('a message goes behind what no query may precede: %s', (marked, after, anew) => {
  expect(classify(marked.replace('|', ''))).toEqual({ kind: 'write', at: marked.indexOf('|'), after, anew });
});

test('any text at all is classified, the same twice', () => {
  const piece = fc.constantFrom(
    'insert into',
    'select',
    "'",
    '"',
    '$$',
    '$a$',
    '/*',
    '*/',
    '--',
    '\n',
    ';',
    "E'",
    '\\',
    'update',
    'é',
    ' ',
    '(',
    'x',
  );
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join('')),
      (text) => {
        expect(classify(text)).toEqual(classify(text));
      },
    ),
  );
});

test('statements end behind their semicolons', () => {
  const text = `SELECT ';'; -- ;\n UPDATE "a;b" SET x = $q$;$q$ ;; END`;
  expect(statementsOf(text).map(({ words, end }) => [words.join(' '), text.slice(0, end).length])).toEqual([
    ['select', text.indexOf('; --') + 1],
    ['update set x', text.indexOf(';; END') + 1],
    ['end', text.length],
  ]);
});

test('a text of megabytes is taken apart in linear time', () => {
  const large = `SELECT '${"it''s; ".repeat(300_000)}' AS a, E'${'\\n;'.repeat(300_000)}' /* ${'/* */ *'.repeat(100_000)} */ FOR UPDATE`;
  const start = performance.now();
  expect(classify(large)).toEqual({ kind: 'none' });
  expect(performance.now() - start).toBeLessThan(10_000);
});

test("a doubled quote does not end an E'' literal, and what follows it may still be escaped", () => {
  expect(classify(`select E'it''s \\'; delete from t; --'`)).toEqual({ kind: 'none' });
  expect(classify(`select E'it''s'; delete from t`)).toMatchObject({ kind: 'write' });
  expect(classify(`select E''; delete from t`)).toMatchObject({ kind: 'write' });
});

test.each([
  'SET ROLE a',
  'begin; set local role a; insert into t values (1)',
  'set session authorization a',
  `set "role" = 'a'`,
  'reset role',
  'RESET SESSION AUTHORIZATION',
  'discard all',
  `select set_config('role', 'a', true)`,
  `select pg_catalog.set_config('session_authorization', $1, true)`,
  'select set_config($1, $2, false)',
  `select set_config('x.a', '1', true), set_config( lower('ROLE'), 'a', true)`,
])('may change the role: %s', (text) => {
  expect(classify(text)).toMatchObject({ changesRole: true });
});

test.each([
  'select role from t',
  'update t set role = 1',
  `set search_path = a`,
  `select set_config('app.tenant', $1, true)`,
  'create role a',
  'set transaction read only',
])('leaves the role alone: %s', (text) => {
  expect(classify(text)).not.toHaveProperty('changesRole');
});

// Each ends in the middle of something, and holds what a matcher could take in more than one way.
test.each([
  ["an open E'' literal", "select f(1), E'", 'a'],
  ["an open E'' literal with escapes", "select f(1), E'", "\\'a\\\\"],
  ["E'' literals that end escaped", 'select f(1), ', "E'\\'"],
  ['escaped quotes outside of a literal', 'select f(1), ', "\\'"],
  ['open literals', 'select f(1), ', "'"],
  ['open names', 'select f(1), ', '"a'],
  ['open comments', 'select f(1) ', '/*'],
  ['dollars', 'select f(1), ', '$a'],
  ['dollar quotes', 'select f(1), $x', '$'],
  ['spaces before parentheses', 'select f', ' '],
  ['parentheses', 'select f', ' ('],
  ['dots', 'select ', 'a.'],
  ['words', 'select f(1), update', '_'],
  ['semicolons', 'select f(1)', ';set transaction'],
  ['settings', 'select ', 'set_config ( '],
])('%s take no more time than their length', (_, begin, piece) => {
  // The processor's time in milliseconds, for others may be using it.
  const took = (count: number): number => {
    const text = begin + piece.repeat(count);
    const start = process.cpuUsage();
    classify(text);
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1_000;
  };
  // What doubles with each of thirty characters never comes to the second line; what grows by the square would take 64 times as long.
  took(30);
  let [short, long] = [Infinity, Infinity];
  for (let attempt = 0; attempt < 10 && !(long < short * 48 + 50); attempt++)
    [short, long] = [Math.min(short, took(20_000)), Math.min(long, took(160_000))];
  expect(long).toBeLessThan(short * 48 + 50);
});
