// Statements of the randomised test that write rows: single ones and bulk, with savepoints, functions, COPY and MERGE.

import { type Column, type Dice, type Table, quoted, sqlName } from './random-model.test.fixture.ts';

/** Types that a column may have, and SQL for a value of each. */
const VALUES: Readonly<Record<string, (dice: Dice) => string>> = {
  integer: (dice) => String(dice.int(2 ** 31)),
  bigint: (dice) => dice.pick(['7', '9007199254740991', '9007199254740993', '-9223372036854775808']),
  numeric: (dice) => dice.pick(['1.50', '123456789012345678901234567890.123456789', '0', '-0.00010', `'NaN'`, `'Infinity'`]),
  'numeric(38,10)': (dice) => `${dice.int(1e9)}.${dice.int(1e9)}`,
  'double precision': (dice) => dice.pick(['0.1', '1e300', `'NaN'`, `'-Infinity'`, '1e20', '3', 'random()']),
  real: (dice) => dice.pick(['0.1', '16777217', `'Infinity'`]),
  boolean: (dice) => dice.pick(['true', 'false']),
  text: (dice) => dice.pick([`''`, `'plain'`, `'it''s \\ "x"'`, `E'two\\nlines\\t'`, `'naïve 日本 🙂'`, 'md5(random()::text)', `'null'`]),
  'character varying(40)': (dice) => dice.pick([`'v'`, `'a,b'`, 'md5(random()::text)']),
  'character(6)': (dice) => dice.pick([`'c'`, `'abcdef'`]),
  jsonb: (dice) =>
    dice.pick([
      `'{"a": [1, 2.50, 12345678901234567890], "b": null}'`,
      `'[]'`,
      `'"text"'`,
      `'{"": {"x y": "\\"q\\""}, "__proto__": 1}'`,
      `jsonb_build_object('r', random())`,
    ]),
  json: (dice) => dice.pick([`'{"z": 1,  "a": 1.10}'`, `'[1e3, -0.0, 12345678901234567890.5]'`]),
  'timestamp with time zone': (dice) => dice.pick(['clock_timestamp()', `'infinity'`, `'0044-03-15 12:00:00.123456+00 BC'`]),
  'timestamp without time zone': () => 'clock_timestamp()::timestamp',
  date: (dice) => dice.pick(['current_date', `'-infinity'`, `'2024-02-29'`]),
  interval: () => `'1 year -3 days 00:00:01.5'`,
  uuid: () => 'gen_random_uuid()',
  bytea: (dice) => dice.pick([`'\\x'`, `'\\xdeadbeef'`, `decode(md5(random()::text), 'hex')`]),
  'integer[]': (dice) => dice.pick([`'{}'`, `'{1,NULL,3}'`, `'{{1,2},{3,4}}'`, `'[0:1]={1,2}'`]),
  'text[]': (dice) => dice.pick([`'{a,"b c","NULL",NULL,""}'`, `array['"', '\\', ',', '{}']`]),
  mood: (dice) => dice.pick([`'glad'`, `'so so'`]),
  'mood[]': () => `'{glad,"so so",NULL}'`,
  tag: () => `'tag'`,
  inet: () => `'10.0.0.0/8'`,
  int4range: (dice) => dice.pick([`'[1,9)'`, `'empty'`, `'(,5]'`]),
  'bit(3)': () => `B'101'`,
  point: () => `'(1.5,2)'`,
  tsvector: () => `'a:1 ''it''''s'':2'`,
  organization: (dice) => `'org${1 + dice.int(5)}'`,
  /** Large and not compressible: stored out of line. */
  big: (dice) => `(select string_agg(md5(random()::text), '') from generate_series(1, ${80 + dice.int(200)}))`,
};

const TYPES = Object.keys(VALUES).filter((type) => type !== 'organization');

export function randomType(dice: Dice): string {
  return dice.pick(TYPES);
}

/** "big" is text that is stored out of line, "organization" one that names a tenant. */
export function sqlType(type: string): string {
  return type === 'big' || type === 'organization' ? 'text' : type;
}

export function value(dice: Dice, type: string): string {
  return dice.chance(0.15) ? 'null' : (VALUES[type] ?? (() => 'null'))(dice);
}

/** Every table has a column n, by which statements find some of its rows. */
function some(dice: Dice): string {
  return `n % ${dice.pick([3, 7, 20, 50])} = ${dice.int(3)}`;
}

function assignments(dice: Dice, { columns }: Table): string {
  const chosen = columns.filter(() => dice.chance(0.5));
  const set = chosen.map(({ name, type }) => `${quoted(name)} = ${value(dice, type)}`);
  return [...set, dice.chance(0.5) ? 'n = n + 1' : 'n = n'].join(', ');
}

function insert(dice: Dice, table: Table, rows: string): string {
  const columns = [...table.columns].filter(() => dice.chance(0.8));
  const parent = table.parent === undefined || dice.chance(0.3) ? [] : ['parent_id'];
  const names = ['n', ...columns.map(({ name }) => quoted(name)), ...parent].join(', ');
  const one = ['g', ...columns.map(({ type }) => value(dice, type)), ...parent.map(() => '1 + g % 7')].join(', ');
  return `insert into ${sqlName(table)} (${names}) select ${one} from ${rows} g`;
}

function keyColumn({ key }: Table): Column | undefined {
  return key[0];
}

/** One statement, or several that belong together, on a table as the model knows it. */
export function writing(dice: Dice, table: Table): string[] {
  const name = sqlName(table);
  const key = keyColumn(table);
  const kinds: (() => string[])[] = [
    () => [insert(dice, table, `generate_series(1, ${1 + dice.int(5)})`)],
    () => [insert(dice, table, `generate_series(1, ${1 + dice.int(5)})`)],
    () => [insert(dice, table, `generate_series(1, ${dice.pick([20, 100, 400])})`)],
    () => [`update ${name} set ${assignments(dice, table)} where ${some(dice)}`],
    () => [`update ${name} set ${assignments(dice, table)} where ${some(dice)}`],
    () => [`update ${name} set n = n where ${some(dice)}`],
    () => [`delete from ${name} where ${some(dice)}`],
    () => [`delete from ${name} where n > ${40 + dice.int(100)}`],
    () => [`copy ${name} (n) from program 'seq 1 ${5 + dice.int(60)}'`],
    () => [`with gone as (delete from ${name} where ${some(dice)} returning n) insert into ${name} (n) select n from gone`],
    () => [savepoints(dice, table)].flat(),
    () => [
      `do $$ begin ${insert(dice, table, 'generate_series(1, 2)')}; raise 'no'; exception when others then delete from ${name} where n = 1; end $$`,
    ],
  ];
  if (key !== undefined && key.type === 'integer') {
    const at = quoted(key.name);
    kinds.push(
      () => [`update ${name} set ${at} = ${at} + 1000000 where ${some(dice)}`],
      () => [`update ${name} set ${assignments(dice, table)} where ${at} = ${1 + dice.int(30)}`],
      () => [`delete from ${name} where ${at} = ${1 + dice.int(10)}`],
      () => [
        `merge into ${name} t using (select generate_series(1, 20) as n) s on t.${at} = s.n when matched and t.n % 5 = 0 then delete when matched then update set n = t.n + 1 when not matched then insert (n) values (s.n)`,
      ],
    );
  }
  if (key !== undefined && table.key.length === 1 && key.type === 'integer') {
    const at = quoted(key.name);
    kinds.push(() => [
      `insert into ${name} (${at}, n) overriding system value select g, g from generate_series(1, 9) g on conflict (${at}) do update set n = excluded.n + ${dice.int(3)}`,
    ]);
  }
  if (table.key.some(({ name: column }) => column === 'region'))
    kinds.push(() => [`update ${name} set region = ${dice.pick([`'eu'`, `'us'`, `'asia'`])} where ${some(dice)}`]);
  return dice.pick(kinds)();
}

function savepoints(dice: Dice, table: Table): string[] {
  const name = sqlName(table);
  return [
    'savepoint a',
    insert(dice, table, 'generate_series(1, 3)'),
    'savepoint b',
    `update ${name} set n = n + 1 where ${some(dice)}`,
    dice.pick(['rollback to b', 'release b', 'rollback to a']),
    insert(dice, table, 'generate_series(1, 2)'),
  ];
}
