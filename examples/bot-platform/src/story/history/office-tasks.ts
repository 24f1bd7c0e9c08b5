// The tasks of those who run the office: money, policies, members; and what somebody may not do.

import type { Desk } from '../desk.ts';
import type { Values } from '../event.ts';
import { look, ownOf, reasonOf } from './look.ts';

/** Bills are paid when they are there; otherwise one looks at old ones, and at how many seats there are. */
export function bill(desk: Desk): void {
  const { world, random } = desk;
  const open = ownOf(desk, 'invoice', ({ status }) => status === 'open');
  if (open !== undefined && random.chance(0.5)) {
    desk.request('POST /invoices/:id/pay', 'Approved by Maria')(
      'invoice.updated',
      world.update('invoice', open, { status: 'paid', paid_at: world.now() }),
    );
    return;
  }
  const subscription = ownOf(desk, 'subscription');
  if (subscription !== undefined && random.chance(0.15)) {
    const seats = Number(world.row('subscription', subscription)['seats']);
    const changed = { seats: seats > 15 ? seats - 1 : seats + 1 };
    desk.request('PATCH /subscription', reasonOf(desk))('subscription.updated', world.update('subscription', subscription, changed));
    return;
  }
  const invoice = ownOf(desk, 'invoice');
  if (invoice === undefined) return look(desk);
  const action = random.chance(0.3) ? 'invoice.downloaded' : 'invoice.viewed';
  desk.request('GET /invoices')(action, world.look('invoice', invoice));
}

const WATCHED = ['role', 'policy', 'user', 'api_token', 'team'] as const;

/** Whoever guards looks at rights more than they change them. */
export function guard(desk: Desk): void {
  const { world, random } = desk;
  const policy = ownOf(desk, 'policy');
  if (policy !== undefined && random.chance(0.3)) {
    const { kind, rules } = world.row('policy', policy) as { kind: string; rules: Values };
    const changed = {
      rules: {
        ...rules,
        ...(kind === 'retention' ? { days: Number(rules['days']) === 365 ? 400 : 365 } : { reviewed: `Q${1 + random.below(4)}` }),
      },
    };
    desk.request('PATCH /policies/:id', 'Quarterly review')('policy.updated', world.update('policy', policy, changed));
    return;
  }
  const type = random.pick(WATCHED);
  const id = ownOf(desk, type);
  if (id === undefined) return look(desk);
  desk.request(`GET /${type === 'policy' ? 'policies' : `${type.replace('api_', '')}s`}`)(`${type}.viewed`, world.look(type, id));
}

const DAY_MS = 86_400_000;
const GUESTS = ['robin', 'alex', 'kim', 'sam', 'jo', 'nico'] as const;

/** Somebody is invited; who does not come within some days is not awaited any more. */
export function invite(desk: Desk): void {
  const { world, random, seat } = desk;
  const open = ownOf(desk, 'invitation');
  if (open !== undefined) {
    desk.request('DELETE /invitations/:id', 'No answer')('invitation.deleted', world.remove('invitation', open));
    return;
  }
  const row = {
    id: `ivt_${random.hex(18)}`,
    organization_id: seat.tenant,
    email: `${random.pick(GUESTS)}@guests.test`,
    role_id: `role_${seat.tenant.replace('org_', '')}_viewer`,
    invited_by: seat.person?.id ?? null,
    token_hash: random.hex(64),
    expires_at: new Date(world.now().getTime() + 14 * DAY_MS).toISOString(),
  };
  desk.request('POST /invitations')('invitation.created', world.create('invitation', row));
}

const REFUSED = [
  ['bot', 'bot.updated', 'PATCH /bots/:id', 'bots.write'],
  ['dataset', 'dataset.exported', 'POST /datasets/:id/exports', 'datasets.export'],
  ['policy', 'policy.updated', 'PATCH /policies/:id', 'policies.manage'],
] as const;

/** Somebody tries what their role does not permit. */
export function overreach(desk: Desk): void {
  const [type, action, route, permission] = desk.random.pick<(typeof REFUSED)[number]>(REFUSED);
  const id = ownOf(desk, type);
  if (id === undefined) return look(desk);
  desk.request(route)(action, {
    ...desk.world.look(type, id),
    outcome: 'denied',
    error: { code: 'forbidden', message: `this takes the permission ${permission}` },
  });
}
