// indelible role grant | list | revoke: what people are in which tenant, straight in the trail's database.

import { Failure } from '@indelible/core';
import { Command, Option } from 'commander';
import { giveRole, presentRole, type PresentedRole, takeRole } from '../access/role-changes.ts';
import { listRoles, ROLES_OF_PEOPLE, type Role } from '../store/role-grants.ts';
import { asOwner } from './terminal-owner.ts';

interface Where {
  readonly tenant?: string;
  readonly allTenants?: boolean;
  readonly json?: boolean;
}

export function roleCommand(): Command {
  const command = new Command('role').description('Give people roles, list them, take them away');
  withWhere(command.command('grant <person>'))
    .description('Give a person a role, in place of the one that they had')
    .addOption(new Option('--role <role>', 'what they are').choices(ROLES_OF_PEOPLE).makeOptionMandatory())
    .option('--scope <query>', 'of a viewer: all that they see, such as resource:bot/bot_42')
    .action((person: string, options: Where & { readonly role: Role; readonly scope?: string }) => grant(person, options));
  withWhere(command.command('list'))
    .description('List who is what')
    .action((options: Where) => list(options));
  withWhere(command.command('revoke <person>'))
    .description("Take a person's role away; the last owner stays")
    .action((person: string, options: Where) => revoke(person, options));
  return command;
}

function withWhere(command: Command): Command {
  return command.option('--tenant <tenant>', 'in this tenant').option('--all-tenants', 'in all tenants').option('--json', 'print JSON');
}

/** Undefined: in all tenants. */
function tenantOf({ tenant, allTenants }: Where): string | undefined {
  if ((tenant === undefined) === (allTenants !== true))
    throw new Failure('parameter_invalid', 'name one tenant by --tenant, or say --all-tenants');
  return tenant;
}

async function grant(person: string, options: Where & { readonly role: Role; readonly scope?: string }): Promise<void> {
  const tenant = tenantOf(options);
  const { role, scope, json } = options;
  const given = presentRole(await asOwner((ctx) => giveRole({ ...ctx, tenant }, { person, role, scope })));
  process.stdout.write(json === true ? `${JSON.stringify(given)}\n` : `${lineOf(given)}\n`);
}

async function list(options: Where): Promise<void> {
  const tenant = tenantOf(options);
  const roles = (await asOwner(({ owner }) => listRoles(owner, tenant))).map(presentRole);
  if (options.json === true) process.stdout.write(`${JSON.stringify(roles)}\n`);
  else process.stdout.write(roles.length === 0 ? 'Nobody has a role there.\n' : roles.map((role) => `${lineOf(role)}\n`).join(''));
}

async function revoke(person: string, options: Where): Promise<void> {
  const tenant = tenantOf(options);
  await asOwner((ctx) => takeRole({ ...ctx, tenant }, person));
  process.stdout.write(options.json === true ? `${JSON.stringify({ person, revoked: true })}\n` : `${person} has no role there any more\n`);
}

function lineOf({ person, role, tenant, scope, grantedAt }: PresentedRole): string {
  return [person, role, tenant ?? 'all tenants', scope ?? 'everything', grantedAt].join('\t');
}
