// The event that is open, beside the list; on a narrow window in its place.

import { lazy, type RefObject, Suspense } from 'react';
import type { Event } from '../../api/queries.ts';
import { Skeleton } from '../../ui/skeleton.tsx';
import type { ListHandle } from './list.tsx';

const EventPanel = lazy(async () => ({ default: (await import('../event/panel.tsx')).EventPanel }));

interface SideProps {
  readonly id: string;
  readonly events: readonly Event[];
  readonly list: RefObject<ListHandle | null>;
  readonly onShow: (id: string | undefined) => void;
}

export function Side({ id, events, list, onShow }: SideProps) {
  return (
    <div className="min-w-0 flex-1 border-line lg:w-[44%] lg:max-w-[760px] lg:min-w-[400px] lg:flex-none lg:border-l">
      <Suspense fallback={<Skeleton rows={12} height={28} />}>
        <EventPanel
          key={id}
          id={id}
          known={events.find((event) => event.id === id)}
          onClose={() => {
            onShow(undefined);
            list.current?.walk(0);
          }}
          onNext={() => list.current?.walk(1)}
          onPrevious={() => list.current?.walk(-1)}
          onShow={onShow}
        />
      </Suspense>
    </div>
  );
}
