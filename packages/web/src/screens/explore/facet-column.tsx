// The facets beside the list; on a narrow window they are behind a button.

import type { Query } from '@indelible/core/query';
import { useState } from 'react';
import type { Event } from '../../api/queries.ts';
import { t } from '../../text/en.ts';
import { Button } from '../../ui/button.tsx';
import { Icon } from '../../ui/icon.tsx';
import { Facets } from './facets.tsx';
import type { ExploreState } from './state.ts';
import { useActorNames } from './use-actor-names.ts';
import { useFacets } from './use-numbers.ts';

interface FacetColumnProps {
  readonly state: ExploreState;
  readonly events: readonly Event[];
  readonly onQuery: (query: Query) => void;
  readonly onHide: () => void;
  /** An event is open beside the list: only a wide window has room for all three. */
  readonly isBehind: boolean;
}

const WIDE = '(width >= 60rem)';

/** Whether they are shown, to begin with where there is room for them. */
export function useFacetsShown(): readonly [boolean, (isShown: boolean) => void] {
  return useState(() => window.matchMedia(WIDE).matches);
}

export function FacetColumn({ state, events, onQuery, onHide, isBehind }: FacetColumnProps) {
  const { counts, isStale } = useFacets(state.asked, state.zone, true);
  const names = useActorNames(events, counts);
  return (
    <section
      aria-label={t.explore.facets}
      className={`w-[212px] shrink-0 flex-col border-r border-line max-sm:absolute max-sm:inset-0 max-sm:z-30 max-sm:w-full max-sm:bg-bg ${isBehind ? 'hidden min-[1700px]:flex' : 'flex'}`}
    >
      <div className="flex min-h-8 items-center border-b border-line px-1">
        <Button look="quiet" className="w-full justify-start" onClick={onHide}>
          <Icon name="chevronLeft" size={14} />
          {t.explore.facets}
        </Button>
      </div>
      {state.asked === undefined ? null : (
        <div className="min-h-0 flex-1 overflow-y-auto p-1">
          <Facets q={state.q} counts={counts} isStale={isStale} names={names} onQuery={onQuery} />
        </div>
      )}
    </section>
  );
}
