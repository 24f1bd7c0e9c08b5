// What there is to be permitted, and what the four roles permit that every organisation begins with.

export const PERMISSIONS = [
  'bots.write',
  'bots.delete',
  'datasets.write',
  'datasets.delete',
  'datasets.export',
  'conversations.write',
  'secrets.write',
  'webhooks.manage',
  'policies.manage',
  'members.manage',
  'roles.manage',
  'users.impersonate',
  'billing.manage',
  'organization.manage',
  'organization.delete',
] as const;
export type Permission = (typeof PERMISSIONS)[number];

const MEMBER: readonly Permission[] = ['bots.write', 'bots.delete', 'datasets.write', 'datasets.delete', 'conversations.write'];

/** By slug. Looking at things takes no permission but to be a member. */
export const BUILT_IN_ROLES: Readonly<Record<'owner' | 'admin' | 'member' | 'viewer', readonly Permission[]>> = {
  owner: PERMISSIONS,
  admin: PERMISSIONS.filter((permission) => permission !== 'organization.delete'),
  member: MEMBER,
  viewer: [],
};
