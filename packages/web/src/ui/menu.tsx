// A menu: of a button, or beside whatever it is opened for. Arrow keys and first letters walk through it.

import { type KeyboardEvent, type ReactNode, useState } from 'react';
import { type ButtonLook, buttonClass } from './button.tsx';
import { Icon, type IconName } from './icon.tsx';
import { Popup } from './popup.tsx';

export interface MenuItem {
  readonly label: string;
  readonly icon?: IconName;
  readonly onSelect: () => void;
  /** That it is the one in force. */
  readonly checked?: boolean;
}

export type MenuItems = readonly (MenuItem | 'line')[];

interface MenuPopupProps {
  readonly anchor: Element | undefined;
  readonly onClose: () => void;
  readonly label: string;
  readonly items: MenuItems;
  readonly side?: 'top' | 'bottom';
  readonly align?: 'start' | 'end';
  /** What stands above the items. */
  readonly head?: ReactNode;
}

/** @example <MenuPopup anchor={anchor} onClose={close} label="Value" items={items} /> */
export function MenuPopup({ anchor, onClose, label, items, head, ...rest }: MenuPopupProps) {
  return (
    <Popup {...rest} anchor={anchor} onClose={onClose} label={label} role="menu" onKeyDown={walk} className="min-w-[180px] p-1">
      {head}
      {items.map((item, place) =>
        item === 'line' ? (
          <div key={`line ${String(place)}`} role="separator" className="my-1 h-px bg-line" />
        ) : (
          <button
            key={item.label}
            type="button"
            role={item.checked === undefined ? 'menuitem' : 'menuitemradio'}
            aria-checked={item.checked}
            tabIndex={-1}
            onPointerMove={(event) => event.currentTarget.focus({ preventScroll: true })}
            onClick={() => {
              onClose();
              item.onSelect();
            }}
            className="flex min-h-7 w-full items-center gap-2 rounded px-2 py-1 text-left text-sm outline-none focus:bg-raised"
          >
            {item.icon === undefined ? null : <Icon name={item.icon} size={14} className="text-muted" />}
            <span className="flex-1">{item.label}</span>
            {item.checked === true ? <Icon name="check" size={14} className="text-accent" /> : null}
          </button>
        ),
      )}
    </Popup>
  );
}

function walk(event: KeyboardEvent<HTMLDivElement>): void {
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>('[role^="menuitem"]')];
  const at = items.indexOf(document.activeElement as HTMLElement);
  const next = {
    ArrowDown: () => (at + 1) % items.length,
    ArrowUp: () => (at - 1 + items.length) % items.length,
    Home: () => 0,
    End: () => items.length - 1,
  }[event.key];
  if (event.key === 'Tab') event.currentTarget.hidePopover();
  if (next !== undefined) items[next()]?.focus();
  else if (/^[\p{L}\p{N}]$/u.test(event.key) && !event.ctrlKey && !event.metaKey) {
    const begins = (item: HTMLElement): boolean => item.innerText.trim().toLowerCase().startsWith(event.key.toLowerCase());
    [...items.slice(at + 1), ...items].find(begins)?.focus();
  } else return;
  event.preventDefault();
}

interface MenuProps extends Pick<MenuPopupProps, 'label' | 'items' | 'side' | 'align'> {
  /** What stands on the button. */
  readonly children: ReactNode;
  readonly look?: ButtonLook;
  readonly square?: boolean;
  readonly className?: string;
}

/** @example <Menu label="Theme" items={[{ label: 'Light', onSelect: ... }]}>...</Menu> */
export function Menu({ children, label, look = 'quiet', square = false, className = '', ...rest }: MenuProps) {
  const [anchor, setAnchor] = useState<Element | undefined>();
  return (
    <>
      <button
        type="button"
        aria-haspopup="menu"
        aria-expanded={anchor !== undefined}
        aria-label={label}
        title={label}
        onClick={(event) => setAnchor(event.currentTarget)}
        className={`${buttonClass(look, square)} ${className}`}
      >
        {children}
      </button>
      <MenuPopup {...rest} label={label} anchor={anchor} onClose={() => setAnchor(undefined)} />
    </>
  );
}
