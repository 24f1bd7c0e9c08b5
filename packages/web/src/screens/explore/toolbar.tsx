// Above the list: the query, the time, and what else can be done with what is asked.

import type { ReactNode, RefObject } from 'react';
import { t } from '../../text/en.ts';
import { Button } from '../../ui/button.tsx';
import { useCopy } from '../../ui/copy-button.tsx';
import { Icon } from '../../ui/icon.tsx';
import { QueryBar } from './query-bar.tsx';
import type { Change, ExploreState } from './state.ts';
import { TimeRange } from './time-range.tsx';
import type { Live } from './use-live.ts';

interface ToolbarProps {
  readonly state: ExploreState;
  readonly live: Live;
  readonly input: RefObject<HTMLInputElement | null>;
  readonly onChange: (change: Change) => void;
  readonly onLeave: () => void;
  readonly permanentLink: () => string;
  /** Buttons of others. */
  readonly children?: ReactNode;
}

export function Toolbar({ state, live, input, onChange, onLeave, permanentLink, children }: ToolbarProps) {
  const { copied, copy } = useCopy();
  return (
    <div className="flex flex-wrap items-center gap-2 px-3 pt-3">
      <QueryBar q={state.q} zone={state.zone} input={input} onAsk={(q) => onChange({ q })} onLeave={onLeave} />
      <TimeRange range={state.range} onChange={(range) => onChange({ range })} />
      <Button
        aria-pressed={state.live}
        onClick={() => onChange({ live: !state.live })}
        title={state.live ? t.explore.liveStop : t.explore.live}
        className={state.live ? 'border-accent text-accent' : ''}
      >
        <Icon name={state.live ? 'pause' : 'live'} size={14} />
        <span className="max-sm:sr-only">{state.live ? t.explore.liveState[live.state] || t.explore.live : t.explore.live}</span>
      </Button>
      {children}
      <Button look="quiet" square aria-label={t.explore.link} title={`${t.explore.link} (y)`} onClick={() => copy(permanentLink())}>
        <Icon name={copied ? 'check' : 'link'} size={14} />
      </Button>
      <span role="status" className="sr-only">
        {copied ? t.explore.linkCopied : ''}
      </span>
    </div>
  );
}
