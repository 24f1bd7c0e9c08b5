// What the plans cost, for a seat and a period of thirty days.

import { z } from 'zod';
import { newId } from './ids.ts';

export const Plan = z.enum(['free', 'pro', 'enterprise']);
export type Plan = z.infer<typeof Plan>;

export const PRICE_CENTS: Readonly<Record<Plan, number>> = { free: 0, pro: 2_900, enterprise: 5_900 };
export const PERIOD_MS = 30 * 86_400_000;

/** A row for an organisation that begins. */
export function newSubscription(organization_id: string) {
  const renews_at = new Date(Date.now() + PERIOD_MS);
  return { id: newId('subscription'), organization_id, plan: 'free', seats: 5, price_cents: PRICE_CENTS.free, renews_at };
}
