// The event that is open, beside the list; on a narrow window in its place. Its code comes after the list, before anybody asks
// for it: without Suspense, which would hold the first event back for a third of a second.

import { type ComponentType, type RefObject, useEffect, useState } from 'react';
import type { Event } from '../../api/queries.ts';
import { Skeleton } from '../../ui/skeleton.tsx';
import type { EventPanelProps } from '../event/panel.tsx';
import type { ListHandle } from './list.tsx';

interface SideProps {
  /** Undefined while none is open. */
  readonly id: string | undefined;
  readonly events: readonly Event[];
  readonly list: RefObject<ListHandle | null>;
  readonly onShow: (id: string | undefined) => void;
}

export function Side({ id, events, list, onShow }: SideProps) {
  const Panel = usePanel(id !== undefined);
  if (id === undefined) return null;
  return (
    <div className="min-w-0 flex-1 border-line lg:w-[44%] lg:max-w-[760px] lg:min-w-[400px] lg:flex-none lg:border-l">
      {Panel === undefined ? (
        <Skeleton rows={12} height={28} />
      ) : (
        <Panel
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
      )}
    </div>
  );
}

/** By then the list is there, and nobody waits for it because of this. */
const AHEAD_MS = 1_000;

interface Loaded {
  readonly Panel?: ComponentType<EventPanelProps>;
  readonly error?: unknown;
}

/** The panel, once its code is there. @throws while it is drawn, what went wrong with loading it */
function usePanel(isWanted: boolean): ComponentType<EventPanelProps> | undefined {
  const [loaded, setLoaded] = useState<Loaded>({});
  const isMissing = loaded.Panel === undefined;
  useEffect(() => {
    if (!isMissing) return undefined;
    const load = (): void =>
      void import('../event/panel.tsx').then(
        ({ EventPanel }) => setLoaded({ Panel: EventPanel }),
        (error: unknown) => setLoaded({ error }),
      );
    const timer = setTimeout(load, isWanted ? 0 : AHEAD_MS);
    return () => clearTimeout(timer);
  }, [isMissing, isWanted]);
  if (isWanted && loaded.error !== undefined) throw loaded.error;
  return loaded.Panel;
}
