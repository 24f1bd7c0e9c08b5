// The routes: one line a screen. The search part of an address is the state of a screen; tenant and zone stay on all of them.

import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
  retainSearchParams,
} from '@tanstack/react-router';
import { codeOf } from './api/problem.ts';
import { sessionQuery, tenantsQuery } from './api/queries.ts';
import { NotFound } from './shell/not-found.tsx';
import { Frame } from './shell/frame.tsx';
import { parseSearch, writeSearch } from './shell/search.ts';
import { rememberedTenant } from './shell/tenant-switch.tsx';
import { ErrorState } from './ui/error-state.tsx';
import { Skeleton } from './ui/skeleton.tsx';

interface Context {
  readonly queryClient: QueryClient;
}

/** On every page. */
interface Kept {
  readonly tenant?: string;
  readonly zone?: string;
}

type Written = Readonly<Record<string, unknown>>;

/** The texts of an address by their names; what is no text or is empty is left out. */
function texts<Name extends string>(search: Written, ...names: readonly Name[]): { readonly [name in Name]?: string } {
  const found = names.flatMap((name) => (typeof search[name] === 'string' && search[name] !== '' ? [[name, search[name]]] : []));
  return Object.fromEntries(found) as { readonly [name in Name]?: string };
}

const rootRoute = createRootRouteWithContext<Context>()({
  validateSearch: (search: Written): Kept => texts(search, 'tenant', 'zone'),
  search: { middlewares: [retainSearchParams(['tenant', 'zone'])] },
  component: Outlet,
});

const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-in',
  validateSearch: (search: Written) => texts(search, 'next', 'sso'),
  component: lazyRouteComponent(() => import('./screens/sign-in/index.tsx'), 'SignIn'),
});

/** Who gets here has signed in, and looks at a tenant. */
const frameRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'frame',
  component: Frame,
  beforeLoad: async ({ context: { queryClient }, location, search }) => {
    try {
      await queryClient.ensureQueryData(sessionQuery());
    } catch (error) {
      if (codeOf(error) === 'unauthorized') throw redirect({ to: '/sign-in', search: { next: location.href } });
      throw error;
    }
    if (search.tenant !== undefined) return;
    const { tenants } = await queryClient.ensureQueryData(tenantsQuery());
    const [first] = tenants;
    const remembered = rememberedTenant();
    const tenant = remembered !== undefined && tenants.includes(remembered) ? remembered : first;
    if (tenant !== undefined) throw redirect({ href: `${location.pathname}${writeSearch({ ...location.search, tenant })}`, replace: true });
  },
});

const exploreRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/explore',
  validateSearch: (search: Written) => texts(search, 'q', 'range', 'event', 'live'),
  component: lazyRouteComponent(() => import('./screens/explore/index.tsx'), 'Explore'),
});

const overviewRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/',
  validateSearch: (search: Written) => texts(search, 'range'),
  component: lazyRouteComponent(() => import('./screens/overview/index.tsx'), 'Overview'),
});

const exportsRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/exports',
  component: lazyRouteComponent(() => import('./screens/exports/index.tsx'), 'Exports'),
});

const settingsRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/settings/{-$section}',
  component: lazyRouteComponent(() => import('./screens/settings/index.tsx'), 'Settings'),
});

const eventRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/events/$id',
  component: lazyRouteComponent(() => import('./screens/event/index.tsx'), 'EventScreen'),
});

const resourceRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/resources/$type/$id',
  validateSearch: (search: Written) => texts(search, 'at', 'from', 'to'),
  component: lazyRouteComponent(() => import('./screens/resource/index.tsx'), 'ResourceScreen'),
});

const actorRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/actors/$id',
  validateSearch: (search: Written) => texts(search, 'range'),
  component: lazyRouteComponent(() => import('./screens/actor/index.tsx'), 'ActorScreen'),
});

const integrityRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/integrity',
  component: lazyRouteComponent(() => import('./screens/integrity/index.tsx'), 'Integrity'),
});

const routeTree = rootRoute.addChildren([
  signInRoute,
  frameRoute.addChildren([overviewRoute, exploreRoute, resourceRoute, actorRoute, integrityRoute, eventRoute, exportsRoute, settingsRoute]),
]);

/** @example makeRouter(queryClient) */
export function makeRouter(queryClient: QueryClient) {
  return createRouter({
    routeTree,
    context: { queryClient },
    parseSearch,
    stringifySearch: writeSearch,
    defaultPreload: false,
    scrollRestoration: false,
    defaultPendingMs: 150,
    defaultPendingComponent: () => <Skeleton rows={12} height={32} />,
    defaultErrorComponent: ({ error, reset }) => <ErrorState error={error} onRetry={reset} />,
    defaultNotFoundComponent: NotFound,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
