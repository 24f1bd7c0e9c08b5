// A part of an event's page: a heading, what may be done there, and the part.

import type { ReactNode } from 'react';

interface SectionProps {
  readonly title: string;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** @example <Section title="Who">...</Section> */
export function Section({ title, actions, children }: SectionProps) {
  return (
    <section aria-label={title} className="min-w-0">
      <div className="mb-1.5 flex min-h-7 flex-wrap items-center gap-2">
        <h2 className="flex-1 text-xs font-semibold tracking-wide text-muted">{title}</h2>
        {actions}
      </div>
      {children}
    </section>
  );
}

interface FactProps {
  readonly label: string;
  readonly children: ReactNode;
}

/** A row of `Facts`. */
export function Fact({ label, children }: FactProps) {
  return (
    <div className="grid min-h-6 grid-cols-[104px_minmax(0,1fr)] items-start gap-x-3">
      <dt className="text-muted">{label}</dt>
      <dd className="min-w-0 pr-6 [overflow-wrap:anywhere]">{children}</dd>
    </div>
  );
}

/** @example <Facts><Fact label="Actor">Maria</Fact></Facts> */
export function Facts({ children }: { readonly children: ReactNode }) {
  return <dl className="space-y-0.5">{children}</dl>;
}
