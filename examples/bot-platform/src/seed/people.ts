// The two organisations that the platform begins with, and who works there: plain data with ids that never change.

import { BUILT_IN_ROLES, type Permission, PERMISSIONS } from '../permissions.ts';

/** Everybody's password. It is no secret. */
export const DEMO_PASSWORD = 'correct horse battery staple';

/** Where somebody works: a time zone, and an address of a documentation network (RFC 5737). */
export interface Place {
  readonly country: string;
  readonly city: string;
  readonly timezone: string;
  readonly ip: string;
}

export interface Person {
  readonly id: string;
  readonly organization_id: string;
  readonly email: string;
  readonly name: string;
  readonly title: string;
  /** The slug of the role. */
  readonly role: string;
  readonly place: Place;
  readonly daysAgo: number;
}

export const ORGANIZATIONS = [
  { id: 'org_acme', name: 'Acme', plan: 'pro', settings: { sso: false, retentionDays: 365, locale: 'en' }, daysAgo: 420 },
  { id: 'org_globex', name: 'Globex', plan: 'enterprise', settings: { sso: true, retentionDays: 730, locale: 'en' }, daysAgo: 300 },
] as const;

const place = (country: string, city: string, timezone: string, ip: string): Place => ({ country, city, timezone, ip });
const acme = { organization_id: 'org_acme' };
const globex = { organization_id: 'org_globex' };

export const PEOPLE: readonly Person[] = [
  {
    ...acme,
    id: 'usr_maria',
    email: 'maria@acme.test',
    name: 'Maria Santos',
    title: 'Founder',
    role: 'owner',
    place: place('PT', 'Lisboa', 'Europe/Lisbon', '203.0.113.10'),
    daysAgo: 420,
  },
  {
    ...acme,
    id: 'usr_joe',
    email: 'joe@acme.test',
    name: 'Joe Miller',
    title: 'Head of engineering',
    role: 'admin',
    place: place('US', 'Chicago', 'America/Chicago', '203.0.113.27'),
    daysAgo: 415,
  },
  {
    ...acme,
    id: 'usr_aiko',
    email: 'aiko@acme.test',
    name: 'Aiko Tanaka',
    title: 'Data curator',
    role: 'member',
    place: place('JP', 'Tokyo', 'Asia/Tokyo', '203.0.113.44'),
    daysAgo: 380,
  },
  {
    ...acme,
    id: 'usr_priya',
    email: 'priya@acme.test',
    name: 'Priya Nair',
    title: 'Security lead',
    role: 'admin',
    place: place('IN', 'Bengaluru', 'Asia/Kolkata', '203.0.113.61'),
    daysAgo: 310,
  },
  {
    ...acme,
    id: 'usr_tom',
    email: 'tom@acme.test',
    name: 'Tom Becker',
    title: 'Support lead',
    role: 'member',
    place: place('DE', 'Berlin', 'Europe/Berlin', '203.0.113.78'),
    daysAgo: 290,
  },
  {
    ...acme,
    id: 'usr_sofia',
    email: 'sofia@acme.test',
    name: 'Sofia Rossi',
    title: 'Conversation designer',
    role: 'member',
    place: place('IT', 'Milano', 'Europe/Rome', '203.0.113.95'),
    daysAgo: 260,
  },
  {
    ...acme,
    id: 'usr_daniel',
    email: 'daniel@acme.test',
    name: 'Daniel Okafor',
    title: 'Integrations engineer',
    role: 'engineer',
    place: place('NG', 'Lagos', 'Africa/Lagos', '203.0.113.112'),
    daysAgo: 240,
  },
  {
    ...acme,
    id: 'usr_emma',
    email: 'emma@acme.test',
    name: 'Emma Larsen',
    title: 'Finance',
    role: 'billing',
    place: place('DK', 'København', 'Europe/Copenhagen', '203.0.113.129'),
    daysAgo: 230,
  },
  {
    ...acme,
    id: 'usr_grace',
    email: 'grace@acme.test',
    name: 'Grace Kim',
    title: 'Product manager',
    role: 'member',
    place: place('US', 'New York', 'America/New_York', '203.0.113.146'),
    daysAgo: 180,
  },
  {
    ...acme,
    id: 'usr_noah',
    email: 'noah@acme.test',
    name: 'Noah Reyes',
    title: 'Support, night shift',
    role: 'member',
    place: place('PH', 'Manila', 'Asia/Manila', '203.0.113.163'),
    daysAgo: 150,
  },
  {
    ...acme,
    id: 'usr_lucas',
    email: 'lucas@acme.test',
    name: 'Lucas Moreau',
    title: 'Sales',
    role: 'viewer',
    place: place('FR', 'Lyon', 'Europe/Paris', '203.0.113.180'),
    daysAgo: 120,
  },
  {
    ...acme,
    id: 'usr_casey',
    email: 'casey@contractors.test',
    name: 'Casey Morgan',
    title: 'Contractor',
    role: 'contractor',
    place: place('CA', 'Toronto', 'America/Toronto', '203.0.113.197'),
    daysAgo: 24,
  },
  {
    ...globex,
    id: 'usr_hank',
    email: 'hank@globex.test',
    name: 'Hank Scorpio',
    title: 'Director',
    role: 'owner',
    place: place('US', 'Cypress Creek', 'America/Los_Angeles', '198.51.100.10'),
    daysAgo: 300,
  },
  {
    ...globex,
    id: 'usr_lena',
    email: 'lena@globex.test',
    name: 'Lena Vogel',
    title: 'Head of operations',
    role: 'admin',
    place: place('AT', 'Wien', 'Europe/Vienna', '198.51.100.27'),
    daysAgo: 280,
  },
  {
    ...globex,
    id: 'usr_omar',
    email: 'omar@globex.test',
    name: 'Omar Haddad',
    title: 'Analyst',
    role: 'member',
    place: place('MA', 'Casablanca', 'Africa/Casablanca', '198.51.100.44'),
    daysAgo: 200,
  },
];

export interface RoleSeed {
  readonly id: string;
  readonly organization_id: string;
  readonly slug: string;
  readonly name: string;
  readonly permissions: readonly Permission[];
  readonly built_in: boolean;
  readonly daysAgo: number;
}

const ENGINEER: readonly Permission[] = [...BUILT_IN_ROLES.member, 'secrets.write', 'webhooks.manage', 'datasets.export'];

/** Roles that Acme made for itself. */
const OWN_ROLES: readonly RoleSeed[] = [
  { slug: 'engineer', name: 'Engineer', permissions: ENGINEER, daysAgo: 240 },
  { slug: 'billing', name: 'Billing', permissions: ['billing.manage'] as const, daysAgo: 230 },
  { slug: 'contractor', name: 'Contractor', permissions: ['bots.write', 'datasets.write', 'conversations.write'] as const, daysAgo: 60 },
].map((role) => ({ ...acme, id: `role_acme_${role.slug}`, built_in: false, ...role }));

export const ROLES: readonly RoleSeed[] = [
  ...ORGANIZATIONS.flatMap(({ id, name, daysAgo }) =>
    Object.entries(BUILT_IN_ROLES).map(([slug, permissions]) => ({
      id: `role_${name.toLowerCase()}_${slug}`,
      organization_id: id,
      slug,
      name: slug.charAt(0).toUpperCase() + slug.slice(1),
      permissions: PERMISSIONS.filter((permission) => permissions.includes(permission)),
      built_in: true,
      daysAgo,
    })),
  ),
  ...OWN_ROLES,
];

const team = (name: string, description: string, lead: string, members: readonly string[], daysAgo: number) => ({
  ...acme,
  id: `team_${name.toLowerCase()}`,
  name,
  description,
  lead,
  members,
  daysAgo,
});

export const TEAMS = [
  team('Engineering', 'Builds and connects the bots', 'usr_joe', ['usr_joe', 'usr_daniel', 'usr_casey'], 400),
  team('Support', 'Answers what the bots cannot', 'usr_tom', ['usr_tom', 'usr_noah', 'usr_aiko'], 290),
  team('Content', 'Writes what the bots know and say', 'usr_sofia', ['usr_sofia', 'usr_aiko', 'usr_grace'], 255),
  team('Contractors', 'People who work for us for a while', 'usr_joe', ['usr_casey'], 60),
] as const;
