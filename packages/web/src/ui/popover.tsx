// A box beside a button, for more than a menu holds.

import { type ReactNode, useState } from 'react';
import { type ButtonLook, buttonClass } from './button.tsx';
import { Popup } from './popup.tsx';

interface PopoverProps {
  /** What stands on the button. */
  readonly button: ReactNode;
  readonly label: string;
  /** What stands in the box; as a function it is told how to close it. */
  readonly children: ReactNode | ((close: () => void) => ReactNode);
  readonly look?: ButtonLook;
  readonly align?: 'start' | 'end';
  readonly className?: string;
  /** For a shortcut that clicks the button. */
  readonly id?: string;
}

/** @example <Popover label="Time" button="Last 24 hours">{(close) => ...}</Popover> */
export function Popover({ button, label, children, look = 'plain', align = 'start', className = '', id }: PopoverProps) {
  const [anchor, setAnchor] = useState<Element | undefined>();
  const close = (): void => setAnchor(undefined);
  return (
    <>
      <button
        id={id}
        type="button"
        aria-haspopup="dialog"
        aria-expanded={anchor !== undefined}
        title={label}
        onClick={(event) => setAnchor(event.currentTarget)}
        className={`${buttonClass(look)} ${className}`}
      >
        {button}
      </button>
      <Popup anchor={anchor} onClose={close} label={label} role="dialog" align={align} className="p-3">
        {typeof children === 'function' ? children(close) : children}
      </Popup>
    </>
  );
}
