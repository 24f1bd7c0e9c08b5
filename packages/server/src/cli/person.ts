// indelible person list | invite | role | link | remove: the people who may sign in, straight in the trail's database.

import { Failure } from '@indelible/core';
import { Command, Option } from 'commander';
import type pg from 'pg';
import { invite, type MadeLink, makeSignInLink } from '../access/people/links.ts';
import { removePerson } from '../access/people/remove.ts';
import { resetSecondFactor } from '../access/people/second-factor.ts';
import { signInUrl } from '../access/people/sign-in-url.ts';
import { giveRole, presentRole } from '../access/role-changes.ts';
import { readConfig } from '../config.ts';
import { findPerson, listPeople, type PersonRow } from '../store/people.ts';
import { ROLES_OF_PEOPLE, type Role, rolesOf } from '../store/role-grants.ts';
import { asOwner } from './terminal-owner.ts';

interface Options {
  readonly json?: boolean;
}

interface RoleOptions extends Options {
  readonly tenant?: string;
  readonly allTenants?: boolean;
  readonly role: Role;
  readonly scope?: string;
}

interface LinkOptions extends Options {
  readonly resetSecondFactor?: boolean;
}

export function personCommand(): Command {
  const command = new Command('person').description('Invite people who sign in, list them, change what they are, remove them');
  command
    .command('list')
    .description('List everybody, with their roles')
    .option('--json', 'print JSON')
    .action((options: Options) => list(options));
  withRole(command.command('invite <email>'))
    .description('Print a link, good once and for a week, by which somebody makes an account with a role; no mail is sent')
    .action((email: string, options: RoleOptions) => inviteOne(email, options));
  withRole(command.command('role <email>'))
    .description('Give somebody another role')
    .action((email: string, options: RoleOptions) => role(email, options));
  command
    .command('link <email>')
    .description('Print a link, good once and for an hour, by which somebody comes in who has no password any more')
    .option('--reset-second-factor', 'they have lost that too: it is taken away')
    .option('--json', 'print JSON')
    .action((email: string, options: LinkOptions) => link(email, options));
  command
    .command('remove <email>')
    .description('Remove an account with its roles and sessions; events about it stay, and so does the last owner')
    .option('--json', 'print JSON')
    .action((email: string, options: Options) => remove(email, options));
  return command;
}

function withRole(command: Command): Command {
  return command
    .addOption(new Option('--role <role>', 'what they are').choices(ROLES_OF_PEOPLE).makeOptionMandatory())
    .option('--tenant <tenant>', 'in this tenant')
    .option('--all-tenants', 'in all tenants')
    .option('--scope <query>', 'of a viewer: all that they see, such as resource:bot/bot_42')
    .option('--json', 'print JSON');
}

/** Undefined: in all tenants. */
function tenantOf({ tenant, allTenants }: RoleOptions): string | undefined {
  if ((tenant === undefined) === (allTenants !== true))
    throw new Failure('parameter_invalid', 'name one tenant by --tenant, or say --all-tenants');
  return tenant;
}

async function known(owner: pg.Pool, email: string): Promise<PersonRow> {
  const person = await findPerson(owner, email);
  if (person === undefined) throw new Failure('not_found', `nobody has the address ${email.slice(0, 200)}; indelible person list`);
  return person;
}

async function list({ json }: Options): Promise<void> {
  const people = await asOwner(async ({ owner }) => {
    const found = await listPeople(owner);
    return Promise.all(
      found.map(async ({ id, email, name, twoFactor }) => ({
        id,
        email,
        name,
        twoFactor,
        roles: (await rolesOf(owner, id)).map(presentRole),
      })),
    );
  });
  if (json === true) process.stdout.write(`${JSON.stringify(people)}\n`);
  else if (people.length === 0) process.stdout.write('Nobody has an account yet.\n');
  else
    for (const { id, email, name, twoFactor, roles } of people)
      process.stdout.write(
        `${[id, email, name, twoFactor ? 'second factor' : 'password alone', roles.map((one) => `${one.role} of ${one.tenant ?? 'all tenants'}`).join(', ')].join('\t')}\n`,
      );
}

async function inviteOne(email: string, options: RoleOptions): Promise<void> {
  if (!/^[^\s@]+@[^\s@]+$/.test(email)) throw new Failure('parameter_invalid', `${email.slice(0, 200)} is no e-mail address`);
  const tenant = tenantOf(options);
  const { role: wanted, scope } = options;
  print(await asOwner((ctx) => invite(ctx, { email, tenant, role: wanted, scope })), options);
}

async function role(email: string, options: RoleOptions): Promise<void> {
  const tenant = tenantOf(options);
  const { role: wanted, scope } = options;
  const given = await asOwner(async (ctx) =>
    giveRole({ ...ctx, tenant }, { person: (await known(ctx.owner, email)).id, role: wanted, scope }),
  );
  process.stdout.write(
    options.json === true ? `${JSON.stringify(presentRole(given))}\n` : `${email} is ${wanted} of ${tenant ?? 'all tenants'}\n`,
  );
}

async function link(email: string, options: LinkOptions): Promise<void> {
  const made = await asOwner(async (ctx) => {
    const person = await known(ctx.owner, email);
    if (options.resetSecondFactor === true) await resetSecondFactor(ctx, person);
    return makeSignInLink(ctx, person);
  });
  print(made, options);
}

async function remove(email: string, { json }: Options): Promise<void> {
  await asOwner(async (ctx) => removePerson(ctx, await known(ctx.owner, email)));
  process.stdout.write(json === true ? `${JSON.stringify({ email, removed: true })}\n` : `${email} is removed\n`);
}

function print({ id, token, expiresAt }: MadeLink, { json }: Options): void {
  const { publicUrl, client } = readConfig();
  const url = signInUrl(publicUrl ?? new URL(client.url).origin, token);
  process.stdout.write(json === true ? `${JSON.stringify({ id, link: url, expiresAt })}\n` : `${url}\n`);
  if (json !== true) process.stderr.write(`It is good once, until ${expiresAt}; only its hash is stored.\n`);
}
