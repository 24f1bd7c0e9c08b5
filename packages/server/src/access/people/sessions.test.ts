import { expect, test } from 'vitest';
import { SESSION_COOKIE_CHARS_MAX } from '../../limits.ts';
import { makeSessions } from './sessions.ts';

test('a cookie that no session can have is neither looked up nor remembered', async () => {
  const asked: string[] = [];
  const sessions = makeSessions({
    sessionCookie: (cookie) => cookie,
    session: async (cookie) => {
      asked.push(cookie);
      return undefined;
    },
  });
  for (const length of [SESSION_COOKIE_CHARS_MAX, SESSION_COOKIE_CHARS_MAX + 1, 100_000])
    await expect(sessions.of('x'.repeat(length))).rejects.toMatchObject({ code: 'unauthorized' });
  expect(asked.map(({ length }) => length)).toEqual([SESSION_COOKIE_CHARS_MAX]);
});
