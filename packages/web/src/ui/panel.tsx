// A part of a page with a heading: a box that stands for itself.

import { type ReactNode, useId } from 'react';

interface PanelProps {
  readonly title: string;
  /** Beside the heading: a link, a switch. */
  readonly actions?: ReactNode;
  readonly children: ReactNode;
  readonly className?: string;
}

/** @example <Panel title="State of the log" actions={<Anchor href={...}>Integrity</Anchor>}>...</Panel> */
export function Panel({ title, actions, children, className = '' }: PanelProps) {
  const id = useId();
  return (
    <section aria-labelledby={id} className={`panel min-w-0 ${className}`}>
      <div className="flex min-h-10 flex-wrap items-center gap-x-3 border-b border-line px-3 py-1.5">
        <h2 id={id} className="flex-1 text-sm font-semibold whitespace-nowrap">
          {title}
        </h2>
        {actions}
      </div>
      {children}
    </section>
  );
}

/** Facts as a list of names and values. @example <Facts rows={[['Size', '5,214']]} /> */
export function Facts({ rows }: { readonly rows: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className="grid grid-cols-[max-content_minmax(0,1fr)] gap-x-4 gap-y-1.5 px-3 py-2.5">
      {rows.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="text-muted">{name}</dt>
          <dd className="tabular min-w-0 break-words">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
