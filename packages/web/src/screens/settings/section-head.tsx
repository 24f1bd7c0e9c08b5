// The head of a section: its name, what it is about, and what can be done.

import type { ReactNode } from 'react';

interface SectionHeadProps {
  readonly title: string;
  readonly children?: ReactNode;
  readonly actions?: ReactNode;
}

/** @example <SectionHead title="Keys" actions={<Button>Create</Button>}>What programs come in by.</SectionHead> */
export function SectionHead({ title, children, actions }: SectionHeadProps) {
  return (
    <div className="mb-4 flex flex-wrap items-start gap-x-4 gap-y-2">
      <div className="min-w-0 flex-1 basis-[280px]">
        <h2 className="text-lg font-semibold">{title}</h2>
        {children === undefined ? null : <p className="max-w-[68ch] text-muted">{children}</p>}
      </div>
      {actions === undefined ? null : <div className="flex gap-2">{actions}</div>}
    </div>
  );
}
