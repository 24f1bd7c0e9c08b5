// Who calls: members of the staff, signed in by a session that lives in the database.

import { randomBytes } from 'node:crypto';
import { type Request, type RequestHandler, Router } from 'express';
import { z } from 'zod';
import { ApiError } from './api-error.ts';
import type { Database } from './database.ts';
import type { Role } from './generated/prisma/client.ts';
import { hashToken, isPassword } from './passwords.ts';

interface SignedIn {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly role: Role;
}

declare module 'express-serve-static-core' {
  interface Request {
    staff?: SignedIn;
  }
}

const SESSION_MS = 12 * 60 * 60 * 1_000;
const Credentials = z.object({ email: z.email(), password: z.string().min(1) });
const WHO = { id: true, name: true, email: true, role: true } as const;

export function sessionRoutes(db: Database): Router {
  const routes = Router();
  routes.post('/sessions', async (req, res) => {
    const { email, password } = Credentials.parse(req.body);
    const found = await db.staff.findUnique({ where: { email }, select: { ...WHO, passwordHash: true } });
    if (found === null || !isPassword(password, found.passwordHash)) throw new ApiError('unauthenticated', 'Wrong address or password.');
    const { passwordHash: _, ...staff } = found;
    req.staff = staff;
    const token = randomBytes(24).toString('base64url');
    await db.session.create({ data: { tokenHash: hashToken(token), staffId: staff.id, expiresAt: new Date(Date.now() + SESSION_MS) } });
    res.status(201).json({ token, staff });
  });
  routes.delete('/sessions', signedIn(db), async (req, res) => {
    await db.session.delete({ where: { tokenHash: hashToken(bearerOf(req)) } });
    res.status(204).end();
  });
  return routes;
}

/** Lets known callers in, and tells the routes who they are. */
export function signedIn(db: Database): RequestHandler {
  return async (req, _res, next) => {
    const session = await db.session.findUnique({
      where: { tokenHash: hashToken(bearerOf(req)), expiresAt: { gt: new Date() } },
      select: { staff: { select: WHO } },
    });
    if (session === null) throw new ApiError('unauthenticated', 'Sign in first: POST /sessions.');
    req.staff = session.staff;
    next();
  };
}

/** @throws ApiError unless the one who is signed in has one of the roles */
export function allow(req: Request, ...roles: readonly Role[]): void {
  if (req.staff === undefined || !roles.includes(req.staff.role))
    throw new ApiError('forbidden', `This takes the role ${roles.join(' or ')}.`);
}

function bearerOf(req: Request): string {
  return req.get('authorization')?.match(/^Bearer (\S+)$/)?.[1] ?? '';
}
