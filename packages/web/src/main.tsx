// Where the dashboard begins.

import '@fontsource-variable/inter/wght.css';
import '@fontsource-variable/jetbrains-mono/wght.css';
import './ui/tokens.css';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { makeQueryClient, sessionQuery } from './api/queries.ts';
import { makeRouter } from './router.tsx';
import { applyTheme } from './shell/theme.ts';

applyTheme();

const queryClient = makeQueryClient(() => {
  // Back to where one was, after signing in again.
  if (router.state.location.pathname === '/sign-in') return;
  queryClient.removeQueries({ queryKey: sessionQuery().queryKey });
  void router.navigate({ to: '/sign-in', search: { next: router.state.location.href } });
});
const router = makeRouter(queryClient);

const root = document.getElementById('root');
if (root === null) throw new Error('the page has no root');
createRoot(root).render(
  <StrictMode>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
  </StrictMode>,
);
