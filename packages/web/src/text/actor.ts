// The words of an actor's page.

import { formatCount } from './format.ts';

const events = (count: number): string => (count === 1 ? '1 event' : `${formatCount(count)} events`);

export const actorText = {
  types: {
    user: 'User',
    agent: 'Agent',
    service: 'Service',
    api_key: 'API key',
    system: 'System',
    anonymous: 'Anonymous',
    unknown: 'Unknown',
  },
  range: 'Time that is looked at',
  ranges: { '-7d': '7 days', '-30d': '30 days', '-90d': '90 days' },
  copyId: 'Copy the id',
  explore: 'All events',
  firstSeen: 'First seen',
  lastSeen: 'Last seen',
  count: 'Events',
  atLeast: (count: number) => `at least ${events(count)}`,
  events,
  alsoAs: 'Also as',
  partial: 'Too many events to look at all: the lists are of those since',
  missing: 'Nothing was done by this id',
  missingHelp: 'Ids are exact, case included. A search looks for names and e-mail addresses too.',
  missingSearch: 'Search for it',
  heat: {
    title: 'Hours of the week',
    help: (zone: string) => `The last four weeks, by the clocks of ${zone}. More colour is more events.`,
    label: 'Events by weekday and hour',
    cell: (day: string, hour: number, count: number) => `${day} ${String(hour).padStart(2, '0')}:00, ${events(count)}`,
    asNumbers: 'As numbers',
    asColours: 'As colours',
    none: 'No event in the last four weeks.',
    partial: 'The search ran out of time: these are the newest.',
    day: 'Day',
  },
  days: {
    title: 'By day',
    label: 'Events by day',
    none: 'No event in this time.',
    columns: ['Day', 'Events'],
    summary: (first: string, last: string, most: number) => `From ${first} to ${last}; at most ${events(most)} a day.`,
    asTable: 'As a table',
    asBars: 'As bars',
  },
  addresses: {
    title: 'Addresses',
    isNew: 'New',
    newHelp: 'First seen in the week before the last event.',
    none: 'No address is known.',
  },
  sessions: { title: 'Sessions', none: 'No session is known.' },
  actions: { title: 'What they did', none: 'Nothing in this time.' },
  resources: { title: 'To what', none: 'Nothing in this time.' },
  privileged: {
    title: 'Permissions, keys and exports',
    none: 'None: no permission, key or secret was changed, and nothing exported.',
    all: 'All of them',
  },
  behalf: { title: 'In their name', none: 'Nobody else acted on their behalf.', all: 'All of it' },
  about: { title: 'What others did to them', none: 'Nobody changed this account.', all: 'All of it' },
  more: (count: number) => `and ${formatCount(count)} more`,
};
