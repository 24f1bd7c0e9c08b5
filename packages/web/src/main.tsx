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

const RELOADED = 'indelible.reloaded';
const RELOAD_MS_MIN = 30_000;

applyTheme();

// The server has another version now, and a part of this one is gone: the page is loaded again, but not again and again.
window.addEventListener('vite:preloadError', () => {
  const last = Number(sessionStorage.getItem(RELOADED) ?? 0);
  if (Date.now() - last < RELOAD_MS_MIN) return;
  sessionStorage.setItem(RELOADED, String(Date.now()));
  window.location.reload();
});

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
