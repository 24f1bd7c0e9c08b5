import { expect, test } from 'vitest';
import { Keyboard, type Stroke, strokeText } from './registry.ts';

function key(text: string, more: Partial<Stroke> = {}): Stroke {
  return { key: text, ctrlKey: false, metaKey: false, altKey: false, ...more };
}

test('a stroke is named as a shortcut is written', () => {
  expect(strokeText(key('F'))).toBe('F');
  expect(strokeText(key('K', { metaKey: true }))).toBe('Mod+k');
  expect(strokeText(key('k', { ctrlKey: true }))).toBe('Mod+k');
  expect(strokeText(key('Shift'))).toBeUndefined();
  expect(strokeText(key('l', { altKey: true }))).toBeUndefined();
});

test('two keys one after the other, and not after a while', () => {
  const keyboard = new Keyboard();
  const run = () => undefined;
  keyboard.add({
    title: '',
    shortcuts: [
      { keys: 'g e', says: 'Explore', run },
      { keys: 'e', says: 'Other', run },
    ],
  });
  expect(keyboard.take(key('g'), 0)).toBeUndefined();
  expect(keyboard.take(key('e'), 500)?.keys).toBe('g e');
  expect(keyboard.take(key('g'), 1_000)).toBeUndefined();
  expect(keyboard.take(key('e'), 9_000)?.keys).toBe('e');
  // What is no second key counts for itself.
  expect(keyboard.take(key('g'), 10_000)).toBeUndefined();
  expect(keyboard.take(key('x'), 10_100)).toBeUndefined();
  expect(keyboard.take(key('e'), 10_200)?.keys).toBe('e');
});

test('the newest group goes first, and is gone when it is taken away', () => {
  const keyboard = new Keyboard();
  const run = () => undefined;
  keyboard.add({ title: 'page', shortcuts: [{ keys: 'j', says: 'page', run }] });
  const remove = keyboard.add({ title: 'panel', shortcuts: [{ keys: 'j', says: 'panel', run }] });
  expect(keyboard.take(key('j'), 0)?.says).toBe('panel');
  remove();
  expect(keyboard.take(key('j'), 0)?.says).toBe('page');
});
