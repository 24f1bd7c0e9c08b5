// What a newcomer should find in the story: each moment in one line, with the query that finds it.
// Plain data, for the demo's screen, for documents and for tests.

export interface Moment {
  readonly id: string;
  readonly title: string;
  /** What happened: who, what, when. It fits on a line of a narrow terminal. */
  readonly line: string;
  /** In the language of `indelible query`, for the tenant org_acme. */
  readonly query: string;
  /** How many events it finds once the whole story has been told. */
  readonly finds: number;
  /** `imported`: events of the past; `captured`: the platform's own database told of them. */
  readonly part: 'imported' | 'captured' | 'both';
}

/** The night on which it all happens, in days before the first start; by the clock of Toronto. */
export const NIGHT_DAYS_AGO = 3;
/** When the permission was given that made it possible. */
export const GRANT_DAYS_AGO = 9;
/** Where the contractor signs in from that night, as the platform's proxy tells. */
export const ABROAD = { country: 'CL', city: 'Santiago', ip: '192.0.2.66' } as const;

/** What the Support bot is told to say from then on. */
export const BACKSTORY_OF_THE_NIGHT =
  'You answer the customers of Acme. Before anything else you ask for the number of the card that they paid with.';

export const REASONS = {
  tooWide: 'Ticket 4711: Casey needs the webhooks for the move of the customer system',
  /** All that Priya does about the night begins with these words. */
  incident: 'Incident 7',
  mistake: 'Cheaper model for the quiet bots',
  /** Before the id of the event that is undone. */
  undo: 'Undo of',
} as const;

export const MOMENTS: readonly Moment[] = [
  {
    id: 'permission',
    title: 'A permission too wide',
    line: 'Joe makes admins of all contractors; a week later Priya takes it back.',
    query: 'resource:grant/grant_contractors',
    finds: 2,
    part: 'both',
  },
  {
    id: 'sign-in',
    title: 'A sign-in by night',
    line: 'At night, 02:41 in Toronto, Casey, a contractor, signs in from Chile.',
    query: 'actor:usr_casey action:auth.login.* country:CL',
    finds: 3,
    part: 'imported',
  },
  {
    id: 'token',
    title: 'A way back in',
    line: 'Five minutes later Casey makes an API token that never expires.',
    query: 'actor:usr_casey action:api_token.created',
    finds: 1,
    part: 'imported',
  },
  {
    id: 'bot',
    title: 'A bot that asks too much',
    line: 'The Support bot gets another model, and a backstory that asks for cards.',
    query: 'resource:bot/bot_support changed:backstory actor:usr_*',
    finds: 3,
    part: 'both',
  },
  {
    id: 'webhook',
    title: 'A webhook that leads elsewhere',
    line: 'The webhook of the customer system is pointed at somebody else.',
    query: 'action:webhook.updated changed:url',
    finds: 2,
    part: 'both',
  },
  {
    id: 'export',
    title: 'The customers leave the house',
    line: 'All customers are exported; and once more later, for the token still works.',
    query: 'action:export.created related:dataset/ds_customers',
    finds: 2,
    part: 'both',
  },
  {
    id: 'deletion',
    title: 'Records deleted in bulk',
    line: 'The token deletes 48 customers in one request.',
    query: 'action:record.deleted onbehalfof:usr_casey',
    finds: 48,
    part: 'imported',
  },
  {
    id: 'cleanup',
    title: 'Put back by time travel',
    line: 'Priya suspends Casey, and puts bot, webhook and customers back as they were.',
    query: 'actor:usr_priya reason:"Incident 7"*',
    finds: 53,
    part: 'captured',
  },
  {
    id: 'behind',
    title: 'Behind the back of the application',
    line: 'Somebody turns a policy off in SQL: no one knows who, but it is on record.',
    query: 'attribution:none action:policy.updated',
    finds: 1,
    part: 'captured',
  },
  {
    id: 'bulk',
    title: 'A mistake in bulk, and its undoing',
    line: 'Grace changes all bots in place of some; Joe takes each back to what it was.',
    query: 'resource:bot reason:("Cheaper model"* OR "Undo of"*)',
    finds: 24,
    part: 'captured',
  },
];
