// The superuser's password: random, made once, readable only by the user who starts the server.

import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Failure } from '@indelible/core';
import { readIfThere, writeOnce } from './write-once.ts';

export const PASSWORD_FILE = 'superuser-password';

/** @param mayMake false when the database exists already: a new password would not open it */
export async function superuserPassword(directory: string, mayMake: boolean): Promise<string> {
  const path = join(directory, PASSWORD_FILE);
  const text = mayMake ? await writeOnce(path, `${randomBytes(24).toString('base64url')}\n`) : await readIfThere(path);
  const password = text?.trim() ?? '';
  if (password === '')
    throw new Failure('database_unsuitable', `${path} is missing or empty, and only it holds the password of the database; put it back`);
  return password;
}
