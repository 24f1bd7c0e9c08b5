// A box beside something, above everything else: the browser's own popover, which a click elsewhere or Escape closes, and which
// gives the focus back.

import { type KeyboardEventHandler, type ReactNode, useEffectEvent, useLayoutEffect, useRef } from 'react';

const GAP = 4;
const EDGE = 8;
const FOCUSABLE = 'input, [role^="menuitem"], button, a[href]';

export interface PopupProps {
  /** What it stands beside; undefined while it is closed. */
  readonly anchor: Element | undefined;
  readonly onClose: () => void;
  readonly label: string;
  readonly role: 'dialog' | 'menu';
  /** Which of its ends stand one above the other. */
  readonly align?: 'start' | 'end';
  readonly side?: 'top' | 'bottom';
  readonly className?: string;
  readonly onKeyDown?: KeyboardEventHandler<HTMLDivElement>;
  readonly children: ReactNode;
}

/** Nothing while there is no anchor. The first thing in it that can have the focus gets it. */
export function Popup({ anchor, ...rest }: PopupProps) {
  return anchor === undefined ? null : <Open {...rest} anchor={anchor} />;
}

function Open({
  anchor,
  onClose,
  label,
  role,
  align = 'start',
  side = 'bottom',
  className = '',
  onKeyDown,
  children,
}: PopupProps & { anchor: Element }) {
  const box = useRef<HTMLDivElement>(null);
  const close = useEffectEvent(onClose);
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const put = (): void => place(element, anchor.getBoundingClientRect(), align, side);
    element.showPopover();
    put();
    const first = element.querySelector<HTMLElement>('[data-first]') ?? element.querySelector<HTMLElement>(FOCUSABLE);
    (first ?? element).focus({ preventScroll: true });
    const toggled = (event: Event): void => {
      if ((event as ToggleEvent).newState === 'closed') close();
    };
    element.addEventListener('toggle', toggled);
    const sizes = new ResizeObserver(put);
    sizes.observe(element);
    window.addEventListener('resize', put);
    document.addEventListener('scroll', put, { capture: true, passive: true });
    return () => {
      element.removeEventListener('toggle', toggled);
      sizes.disconnect();
      window.removeEventListener('resize', put);
      document.removeEventListener('scroll', put, { capture: true });
      if (element.matches(':popover-open')) element.hidePopover();
    };
  }, [anchor, align, side]);
  return (
    <div
      ref={box}
      popover="auto"
      role={role}
      tabIndex={-1}
      aria-label={label}
      onKeyDown={onKeyDown}
      className={`fixed inset-auto m-0 overflow-y-auto rounded-lg border border-line bg-surface text-text shadow-pop outline-none ${className}`}
    >
      {children}
    </div>
  );
}

/** Beside the anchor where there is room, and always within the window. */
function place(element: HTMLElement, at: DOMRect, align: 'start' | 'end', side: 'top' | 'bottom'): void {
  const { innerWidth, innerHeight } = window;
  const [above, below] = [at.top - GAP - EDGE, innerHeight - at.bottom - GAP - EDGE];
  const { style, offsetWidth } = element;
  const height = element.scrollHeight + 2;
  const isAbove = side === 'top' ? above >= height || above > below : below < height && above > below;
  style.maxHeight = `${String(Math.max(120, isAbove ? above : below))}px`;
  style.maxWidth = `${String(innerWidth - 2 * EDGE)}px`;
  const left = align === 'start' ? at.left : at.right - offsetWidth;
  style.left = `${String(Math.max(EDGE, Math.min(left, innerWidth - EDGE - offsetWidth)))}px`;
  style.top = isAbove ? 'auto' : `${String(at.bottom + GAP)}px`;
  style.bottom = isAbove ? `${String(innerHeight - at.top + GAP)}px` : 'auto';
}
