// An event beside the list that it was found in.

import { eventText } from '../../text/event.ts';
import { type DetailProps, EventDetail } from './detail.tsx';

export type EventPanelProps = Omit<DetailProps, 'layout'>;

/**
 * Fills the box that it stands in and scrolls in itself. `j`, `k`, `o`, `y`, `d` and Escape are in force while it is there.
 *
 * @example <EventPanel id={id} known={row} onClose={close} onNext={next} onPrevious={previous} onShow={show} />
 */
export function EventPanel(props: EventPanelProps) {
  return (
    <aside aria-label={eventText.title} className="h-full min-h-0 overflow-y-auto bg-bg">
      <EventDetail {...props} layout="panel" />
    </aside>
  );
}
