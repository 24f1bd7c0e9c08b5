// An instant, in the zone that was chosen; both zones stand in its title.

import { formatBoth, formatClock, formatDate, formatDateTime, formatRelative } from '../text/format.ts';
import { useZone } from '../shell/zone.tsx';

export interface TimeProps {
  /** RFC 3339. */
  readonly at: string;
  /** `clock`: of a day that is known; `relative`: 3 minutes ago. */
  readonly show?: 'full' | 'clock' | 'date' | 'relative';
  readonly className?: string;
}

/** @example <Time at={event.occurredAt} show="clock" /> */
export function Time({ at, show = 'full', className = '' }: TimeProps) {
  const { zone } = useZone();
  const format = { full: formatDateTime, clock: formatClock, date: formatDate, relative: formatRelative }[show];
  return (
    <time dateTime={at} title={formatBoth(at)} className={`whitespace-nowrap ${className}`}>
      {format(at, zone)}
    </time>
  );
}
