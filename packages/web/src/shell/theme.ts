// Light or dark: as the system has it, or as was chosen here.

import { useSyncExternalStore } from 'react';

export type Theme = 'system' | 'light' | 'dark';

const REMEMBERED = 'indelible.theme';
const listeners = new Set<() => void>();

function remembered(): Theme {
  const theme = localStorage.getItem(REMEMBERED);
  return theme === 'light' || theme === 'dark' ? theme : 'system';
}

/** Puts what was chosen in force; before anything is shown. */
export function applyTheme(): void {
  const theme = remembered();
  if (theme === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
}

function choose(theme: Theme): void {
  localStorage.setItem(REMEMBERED, theme);
  applyTheme();
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** @example const [theme, setTheme] = useTheme(); */
export function useTheme(): readonly [Theme, (theme: Theme) => void] {
  return [useSyncExternalStore(subscribe, remembered), choose];
}
