// A link to another page of the dashboard.

import type { AnchorHTMLAttributes } from 'react';
import { isPlainClick, useGo } from '../shell/links.ts';

interface AnchorProps extends AnchorHTMLAttributes<HTMLAnchorElement> {
  readonly href: string;
}

/** @example <Anchor href={links.actor('usr_maria')}>Maria</Anchor> */
export function Anchor({
  href,
  onClick,
  children,
  className = 'text-accent underline decoration-line-strong/60 underline-offset-2 hover:decoration-current',
  ...rest
}: AnchorProps) {
  const go = useGo();
  return (
    <a
      {...rest}
      href={href}
      className={className}
      onClick={(event) => {
        onClick?.(event);
        if (event.defaultPrevented || !isPlainClick(event)) return;
        event.preventDefault();
        go(href);
      }}
    >
      {children}
    </a>
  );
}
