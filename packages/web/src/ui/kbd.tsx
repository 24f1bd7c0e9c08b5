// A key, as it stands on a keyboard. Keys one after the other are parted by a blank, keys at the same time by a plus.

const IS_MAC = typeof navigator !== 'undefined' && /mac|iphone|ipad/i.test(navigator.userAgent);
const NAMES: Readonly<Record<string, string>> = { Mod: IS_MAC ? '⌘' : 'Ctrl', Escape: 'Esc', ArrowUp: '↑', ArrowDown: '↓' };

/** @example <Keys keys="g e" /> */
export function Keys({ keys }: { readonly keys: string }) {
  const strokes = keys.split(' ').flatMap((chord) => chord.split('+'));
  return (
    <span className="inline-flex gap-0.5">
      {strokes.map((key, place) => (
        <kbd
          key={`${String(place)} ${key}`}
          className="inline-flex h-[18px] min-w-[18px] items-center justify-center rounded border border-line bg-raised px-1 text-2xs text-muted"
        >
          {NAMES[key] ?? key}
        </kbd>
      ))}
    </span>
  );
}
