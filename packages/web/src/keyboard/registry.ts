// The one registry of shortcuts: which keys do what at the moment. Keys one after the other are written `g e`, keys at the same
// time `Mod+k`, where Mod is Ctrl, or Command on a Mac.

export interface Shortcut {
  readonly keys: string;
  /** What it does, for the list of all shortcuts. */
  readonly says: string;
  readonly run: () => void;
}

export interface ShortcutGroup {
  /** Under which heading it is listed. */
  readonly title: string;
  readonly shortcuts: readonly Shortcut[];
}

/** How long after the first key of two the second one counts. */
const SEQUENCE_MS = 1_200;

/** What of a keyboard event decides. */
export interface Stroke {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

/** `k`, `F`, `Mod+k`, `Enter`; undefined for keys that are none by themselves. */
export function strokeText({ key, ctrlKey, metaKey, altKey }: Stroke): string | undefined {
  if (altKey || ['Shift', 'Control', 'Meta', 'Alt', 'AltGraph', 'Dead'].includes(key)) return undefined;
  return ctrlKey || metaKey ? `Mod+${key.toLowerCase()}` : key;
}

/** The groups that are in force, the newest last: it goes first. */
export class Keyboard {
  #groups: readonly ShortcutGroup[] = [];
  #first: { readonly text: string; readonly atMs: number } | undefined;
  readonly #listeners = new Set<() => void>();

  /** @returns what takes the group away again */
  add(group: ShortcutGroup): () => void {
    this.#change([...this.#groups, group]);
    return () => this.#change(this.#groups.filter((other) => other !== group));
  }

  readonly groups = (): readonly ShortcutGroup[] => this.#groups;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** The shortcut that a stroke completes; it remembers the first of two. */
  take(stroke: Stroke, nowMs: number): Shortcut | undefined {
    const text = strokeText(stroke);
    if (text === undefined) return undefined;
    const before = this.#first !== undefined && nowMs - this.#first.atMs <= SEQUENCE_MS ? this.#first.text : undefined;
    this.#first = undefined;
    const found = (before === undefined ? undefined : this.#find(`${before} ${text}`)) ?? this.#find(text);
    if (found === undefined && this.#begins(text)) this.#first = { text, atMs: nowMs };
    return found;
  }

  #all(): readonly Shortcut[] {
    return this.#groups.toReversed().flatMap(({ shortcuts }) => shortcuts);
  }

  #find(keys: string): Shortcut | undefined {
    return this.#all().find((shortcut) => shortcut.keys === keys);
  }

  #begins(text: string): boolean {
    return this.#all().some(({ keys }) => keys.startsWith(`${text} `));
  }

  #change(groups: readonly ShortcutGroup[]): void {
    this.#groups = groups;
    for (const listener of this.#listeners) listener();
  }
}

const TYPED_INTO = 'input, textarea, select, [contenteditable="true"], [role="dialog"], [role="menu"]';

/** Whether a key is somebody's text, or belongs to a window that is open. */
export function isForOthers(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest(TYPED_INTO) !== null;
}
