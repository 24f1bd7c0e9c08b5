// A word that stands out a little, and how an event ended: by sign and word as well as by colour.

import type { ReactNode } from 'react';
import { t } from '../text/en.ts';
import { Icon, type IconName } from './icon.tsx';

export type Tone = 'neutral' | 'accent' | 'good' | 'warn' | 'bad';

const TONES: Readonly<Record<Tone, string>> = {
  neutral: 'bg-raised text-muted',
  accent: 'bg-accent-soft text-accent',
  good: 'bg-good-soft text-good',
  warn: 'bg-warn-soft text-warn',
  bad: 'bg-bad-soft text-bad',
};

export interface BadgeProps {
  readonly tone?: Tone;
  readonly icon?: IconName;
  readonly children: ReactNode;
}

/** @example <Badge tone="warn" icon="warning">2 gaps</Badge> */
export function Badge({ tone = 'neutral', icon, children }: BadgeProps) {
  return (
    <span className={`inline-flex h-5 items-center gap-1 rounded px-1.5 text-xs font-medium whitespace-nowrap ${TONES[tone]}`}>
      {icon === undefined ? null : <Icon name={icon} size={12} />}
      {children}
    </span>
  );
}

export type OutcomeName = 'success' | 'failure' | 'denied';

export const OUTCOME_LOOKS: Readonly<Record<OutcomeName, { readonly tone: Tone; readonly icon: IconName; readonly ink: string }>> = {
  success: { tone: 'good', icon: 'check', ink: 'text-good' },
  failure: { tone: 'warn', icon: 'cross', ink: 'text-warn' },
  denied: { tone: 'bad', icon: 'denied', ink: 'text-bad' },
};

/** How an event ended. */
export function OutcomeBadge({ outcome }: { readonly outcome: OutcomeName }) {
  const { tone, icon } = OUTCOME_LOOKS[outcome];
  return (
    <Badge tone={tone} icon={icon}>
      {t.outcomes[outcome]}
    </Badge>
  );
}
