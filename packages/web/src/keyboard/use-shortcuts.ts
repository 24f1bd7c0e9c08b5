// Shortcuts of a component: in force while it is on the page.

import { createContext, useContext, useEffect, useRef } from 'react';
import { isForOthers, Keyboard, type Shortcut } from './registry.ts';

export const KeyboardContext = createContext(new Keyboard());

/**
 * Its shortcuts go before those of what was on the page earlier. They may be other ones at every render.
 *
 * @example useShortcuts(t.keyboard.here, [{ keys: 'j', says: 'Next event', run: next }])
 */
export function useShortcuts(title: string, shortcuts: readonly Shortcut[]): void {
  const keyboard = useContext(KeyboardContext);
  const latest = useRef(shortcuts);
  useEffect(() => {
    latest.current = shortcuts;
  });
  const names = shortcuts.map(({ keys, says }) => `${keys}\t${says}`).join('\n');
  useEffect(() => {
    const fixed = names.split('\n').flatMap((line): Shortcut[] => {
      const [keys = '', says = ''] = line.split('\t');
      return keys === '' ? [] : [{ keys, says, run: () => latest.current.find((shortcut) => shortcut.keys === keys)?.run() }];
    });
    return keyboard.add({ title, shortcuts: fixed });
  }, [keyboard, title, names]);
}

/** Listens to the keyboard: once, in the frame. */
export function useKeyboard(): void {
  const keyboard = useContext(KeyboardContext);
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.isComposing || isForOthers(event.target)) return;
      const shortcut = keyboard.take(event, performance.now());
      if (shortcut === undefined) return;
      event.preventDefault();
      shortcut.run();
    };
    document.addEventListener('keydown', listen);
    return () => document.removeEventListener('keydown', listen);
  }, [keyboard]);
}
