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
  expect(performance.now() - start).toBeLessThan(2_000);
});
