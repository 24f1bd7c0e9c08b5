// Explore: find what happened. Query, time and facets are one question; the list, the bars and the counts are its answer.

import { parse, print } from '@indelible/core/query';
import { useRef, useState } from 'react';
import { t } from '../../text/en.ts';
import { FacetColumn, useFacetsShown } from './facet-column.tsx';
import { withTerm } from './facet-terms.ts';
import { Histogram } from './histogram.tsx';
import type { ListHandle, Value } from './list.tsx';
import { QuerySaid } from './query-said.tsx';
import { Results } from './results.tsx';
import { Side } from './side.tsx';
import { useChange, useExplore } from './state.ts';
import { Keep } from './keep.tsx';
import { Toolbar } from './toolbar.tsx';
import { toggled, useAnswer } from './use-answer.ts';
import { useExploreKeys } from './use-explore-keys.ts';
import type { EventfulRow } from './use-list-focus.ts';
import { usePermanentLink } from './use-permanent-link.ts';
import { useWindow } from './use-window.ts';
import { ValueMenu } from './value-menu.tsx';

const NONE: ReadonlySet<string> = new Set();

export function Explore() {
  const state = useExplore();
  const change = useChange();
  const { asked, zone, event: openId } = state;
  const input = useRef<HTMLInputElement>(null);
  const list = useRef<ListHandle>(null);
  const [selected, setSelected] = useState(NONE);
  const [value, setValue] = useState<Value | undefined>();
  const [isIn, setIn] = useState(false);
  const [hasFacets, setFacets] = useFacetsShown();
  const answer = useAnswer(state, isIn || selected.size > 0 || openId !== undefined || value !== undefined);
  const { histogram, events, live, pages } = answer;
  const changeRange = (range: string): void => change({ range });
  const time = useWindow(state, histogram.data, changeRange);
  const permanentLink = usePermanentLink(state, events);
  const filter = (term: string): void => change({ q: withTerm(readable(state.q), term) });
  const openRow = ({ event }: EventfulRow): void => change({ event: event.id });
  const select = (id: string): void => setSelected((now) => toggled(now, id));
  useExploreKeys({ input, list, state, change, filter, openRow, time, permanentLink, select, retry: pages.retry });
  return (
    <div className="flex h-full min-h-[420px]">
      <h1 className="sr-only">{t.shell.pages.explore}</h1>
      <div className={`min-w-0 flex-1 flex-col gap-2 ${openId === undefined ? 'flex' : 'hidden lg:flex'}`}>
        <Toolbar
          state={state}
          live={live}
          input={input}
          onChange={change}
          onLeave={() => list.current?.walk(0)}
          permanentLink={permanentLink}
        >
          <Keep state={state} />
        </Toolbar>
        <QuerySaid asked={asked} fault={state.fault} zone={zone} />
        <Histogram
          numbers={histogram.data}
          zone={zone}
          isStale={histogram.isPlaceholderData || asked === undefined}
          onRange={changeRange}
        />
        <div className="relative flex min-h-0 flex-1 border-t border-line">
          {hasFacets ? (
            <FacetColumn
              state={state}
              events={events}
              isBehind={openId !== undefined}
              onQuery={(query) => change({ q: print(query) })}
              onHide={() => setFacets(false)}
            />
          ) : null}
          <Results
            state={state}
            answer={answer}
            time={time}
            list={list}
            selected={selected}
            onFacets={hasFacets ? undefined : () => setFacets(true)}
            onChange={change}
            onOpen={openRow}
            onUnselect={() => setSelected(NONE)}
            onValue={setValue}
            onHeld={setIn}
          />
        </div>
      </div>
      <Side id={openId} events={events} list={list} onShow={(id) => change({ event: id })} />
      <ValueMenu value={value} onClose={() => setValue(undefined)} onFilter={filter} />
    </div>
  );
}

/** What cannot be read is left behind when a filter is added to it. */
function readable(q: string): string {
  try {
    return print(parse(q));
  } catch {
    return '';
  }
}
