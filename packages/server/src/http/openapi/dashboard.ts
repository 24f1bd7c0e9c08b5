// The operations that serve the dashboard: a page for each address that its router knows, and what the page loads.

import { z } from 'zod';
import type { Operation, Parameters } from './operation.ts';

const GROUP = 'Dashboard';
const text = z.string();
const ASSETS = ['text/javascript', 'text/css', 'font/woff2', 'image/svg+xml'];

/** Each of its addresses is answered by the same page: which screen it shows, its script finds out. */
const PAGES: readonly { readonly id: string; readonly path: string; readonly summary: string; readonly inPath?: Parameters }[] = [
  { id: 'getOverviewPage', path: '/', summary: 'The dashboard: overview' },
  { id: 'getExplorePage', path: '/explore', summary: 'The dashboard: explore' },
  { id: 'getEventPage', path: '/events/{id}', summary: 'The dashboard: an event', inPath: { id: text } },
  {
    id: 'getResourcePage',
    path: '/resources/{type}/{id}',
    summary: 'The dashboard: a resource',
    inPath: { type: text, id: text },
  },
  { id: 'getActorPage', path: '/actors/{id}', summary: 'The dashboard: an actor', inPath: { id: text } },
  { id: 'getIntegrityPage', path: '/integrity', summary: 'The dashboard: integrity of the log' },
  { id: 'getExportsPage', path: '/exports', summary: 'The dashboard: exports' },
  { id: 'getSettingsPage', path: '/settings', summary: 'The dashboard: settings' },
  {
    id: 'getSettingsSectionPage',
    path: '/settings/{section}',
    summary: 'The dashboard: a section of the settings',
    inPath: { section: text },
  },
  { id: 'getSignInPage', path: '/sign-in', summary: 'The dashboard: signing in' },
];

export const pageOperations: readonly Operation[] = PAGES.map((page) => ({
  ...page,
  group: GROUP,
  method: 'get',
  access: 'none',
  replies: {
    200: { description: 'The page, which asks the API for what it shows', content: [{ type: 'text/html', schema: text }] },
    503: { description: 'The dashboard was not built: a page that says how', content: [{ type: 'text/html', schema: text }] },
  },
  errors: [],
}));

export const dashboardOperations: readonly Operation[] = [
  ...pageOperations,
  {
    id: 'getAsset',
    group: GROUP,
    method: 'get',
    path: '/assets/{file}',
    summary: 'A script, style, font or image of the dashboard',
    inPath: { file: text.describe('Its name, with a hash of its content') },
    access: 'none',
    replies: { 200: { description: 'It never changes', content: ASSETS.map((type) => ({ type, schema: text })) } },
    errors: ['not_found'],
  },
];
