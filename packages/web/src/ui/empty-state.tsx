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
}

export function EmptyState({ icon = 'explore', title, children, actions }: EmptyStateProps) {
  return (
    <div className="mx-auto flex max-w-[560px] flex-col items-center gap-2 px-4 py-12 text-center">
      <span className="mb-1 text-faint">
        <Icon name={icon} size={24} />
      </span>
      <h2 className="text-base font-semibold">{title}</h2>
      {children === undefined ? null : <div className="text-muted">{children}</div>}
      {actions === undefined ? null : <div className="mt-3 flex flex-wrap justify-center gap-2">{actions}</div>}
    </div>
  );
}
