// Where nothing is: what that means, and what can be done.

import type { ReactNode } from 'react';
import { Icon, type IconName } from './icon.tsx';

export interface EmptyStateProps {
  readonly icon?: IconName;
  readonly title: string;
  /** One or two sentences. */
  readonly children?: ReactNode;
  /** Buttons. */
  readonly actions?: ReactNode;
  /** Where it is all that a page shows: its title is the page's. */
  readonly isPage?: boolean;
}

export function EmptyState({ icon = 'explore', title, children, actions, isPage = false }: EmptyStateProps) {
  const Title = isPage ? 'h1' : 'h2';
  return (
    <div className="mx-auto flex max-w-[560px] flex-col items-center gap-2 px-4 py-12 text-center">
      <span className="mb-1 text-faint">
        <Icon name={icon} size={24} />
      </span>
      <Title className="text-base font-semibold">{title}</Title>
      {children === undefined ? null : <div className="text-muted">{children}</div>}
      {actions === undefined ? null : <div className="mt-3 flex flex-wrap justify-center gap-2">{actions}</div>}
    </div>
  );
}
