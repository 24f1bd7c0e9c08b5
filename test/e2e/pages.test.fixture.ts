// Every page of the dashboard over the demo, as somebody opens it; and the windows that it is looked at through.

import { asOperator } from './browser.test.fixture.ts';

/** Who looks: both themes, on a desk and on a phone. */
export const SEATS = [
  { theme: 'light', width: 1440 },
  { theme: 'dark', width: 1440 },
  { theme: 'light', width: 390 },
  { theme: 'dark', width: 390 },
  // What a page at 1280 px shows at four times its size.
  { theme: 'light', width: 320 },
] as const;

const PAGES = {
  overview: '/',
  explore: '/explore',
  'explore, nothing found': '/explore?q=action%3Anobody.did_this',
  'explore, a query that is wrong': '/explore?q=actor%3A(',
  'a resource': '/resources/bot/bot_support',
  'a resource that is not there': '/resources/bot/bot_nobody_made',
  'an actor': '/actors/usr_casey',
  integrity: '/integrity',
  exports: '/exports',
  people: '/settings/people',
  keys: '/settings/keys',
  'viewer tokens': '/settings/viewer-tokens',
  views: '/settings/views',
  sessions: '/settings/sessions',
  'the own sign-in': '/settings/security',
  'a page that is not there': '/nowhere',
  'a section that is not there': '/settings/nowhere',
} as const;

/** Each by what it is, with its address; the tenant is still to be named. */
export async function pagesOfDemo(): Promise<Readonly<Record<string, string>>> {
  const answer = await asOperator('/v1/events?limit=1&q=action%3Abot.updated%20actor%3Ausr_casey');
  const { events } = (await answer.json()) as { events: readonly { id: string }[] };
  const id = events[0]?.id ?? '';
  return { ...PAGES, 'an event': `/events/${id}`, 'an event beside the list': `/explore?event=${id}` };
}
