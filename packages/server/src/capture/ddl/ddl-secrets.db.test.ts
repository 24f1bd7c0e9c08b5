// What stands in DDL statements and is nobody's business: it is taken out in the source, before it is in its log.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CaptureTest, openCaptureTest, until } from '../capture.test.fixture.ts';
import { onEachServer } from '../servers.test.fixture.ts';

onEachServer(({ url }) => {
  let app: CaptureTest;

  beforeAll(async () => {
    app = await openCaptureTest('create table bots (id int primary key)', url);
    await app.setup({ ddl: true });
    app.start();
  });

  afterAll(async () => {
    await app.close();
  });

  let commands = 0;

  /** The statements as the trail has them. */
  async function recorded(statements: readonly string[]): Promise<unknown[]> {
    const before = commands;
    commands += statements.length;
    for (const statement of statements) await app.source.query(statement);
    const found = async (): Promise<unknown[]> =>
      (await app.events('_operator')).filter((event) => event.action.startsWith('schema.')).map((event) => event.metadata?.['ddl']);
    await until(async () => (await found()).length >= commands);
    return (await found()).slice(before).map((ddl) => (ddl as { readonly statement?: unknown }).statement);
  }

  const LITERALS: readonly (readonly [written: string, told: string | undefined])[] = [
    [`'host=h user=u password=hunter2 dbname=d'`, `'host=h user=u password=[redacted] dbname=d'`],
    [`'host=h password = hunter2'`, `'host=h password = [redacted]'`],
    [`'password=''hunter 2'' host=h'`, `'password='[redacted]' host=h'`],
    [`E'password=\\'hunter 2\\' host=h'`, `E'password=[redacted] host=h'`],
    [`'host=h PGPASSWORD="hunter2 x" a=b'`, `'host=h PGPASSWORD=[redacted] a=b'`],
    [`'https://h/x?api_key=hunter2&a=b'`, `'https://h/x?api_key=[redacted]'`],
    [`'postgres://u:hunter3@h/db'`, `'postgres://u:[redacted]@h/db'`],
    [`'redis://:hunt@er3/@h:6379/0'`, `'redis://:[redacted]@h:6379/0'`],
    [`'{"password": "hunter4", "a": 1}'`, `'{"password": "[redacted]", "a": 1}'`],
    [`'{"db_password" : "hunt\\"er4", "apiToken":4711}'`, `'{"db_password" : "[redacted]", "apiToken":"[redacted]"}'`],
    [`'{"secrets": ["hunter4", "hunter5"]}'`, `'{"secrets": "[redacted]"}'`],
    [`E'{\\"password\\": \\"hunter4\\", \\"a\\": 1}'`, undefined],
    [`'{"client_secret": {"id": "hunter4"}}'`, `'{"client_secret": "[redacted]"}'`],
    [`'see http://h:80/x, mail a@b'`, `'see http://h:80/x, mail a@b'`],
    [`'tokens = 3, {"passing": 1}, a=b, user=u'`, `'tokens = [redacted] {"passing": 1}, a=b, user=u'`],
  ];

  test('no secret stays in a literal', async () => {
    const comment = (literal: string): string => `comment on table bots is ${literal}`;
    const found = await recorded(LITERALS.map(([literal]) => comment(literal)));
    expect(JSON.stringify(found)).not.toMatch(/hunt|er[34]|4711/);
    expect(found).toEqual(LITERALS.map(([, told], index) => (told === undefined ? found[index] : comment(told))));
  });

  test('what only code compares with stays', async () => {
    const body = `begin if new.password = old.password or new.token = crypt(new.salt) or new.secret = null then return new; end if; return new; end`;
    const [statement] = await recorded([`create function keeps() returns trigger language plpgsql as $body$${body}$body$`]);
    expect(statement).toContain(body);
  });

  test.each(['password', 'password=', '"password": ', '"password": "', 'a://b:', "''", '\\', ' token ', 'token= ', ' '])(
    'a long text of %j costs no more than its length',
    async (piece) => {
      commands++;
      const begun = Date.now();
      await app.source.query(`comment on table bots is '${piece.repeat(60_000 / piece.length)}'`);
      expect(Date.now() - begun).toBeLessThan(5_000);
    },
  );
});
