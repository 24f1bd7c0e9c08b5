// Events over time, stacked by outcome. A drag, a click or keys choose a time; a table says the same numbers.

import { type KeyboardEvent, type PointerEvent, useRef, useState } from 'react';
import { t } from '../../text/en.ts';
import { formatCount, formatShort, formatShortCount, type ZoneName } from '../../text/format.ts';
import { Button } from '../../ui/button.tsx';
import { Icon } from '../../ui/icon.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { rangeOf } from './asked.ts';
import type { Histogram as Numbers } from './use-numbers.ts';

const HEIGHT = 56;
const OUTCOMES = ['success', 'failure', 'denied'] as const;
const FILLS = { success: 'fill-line-strong', failure: 'fill-warn', denied: 'fill-bad' } as const;

type Bar = Numbers['buckets'][number];

interface HistogramProps {
  readonly numbers: Numbers | undefined;
  readonly zone: ZoneName;
  readonly isStale: boolean;
  readonly onRange: (range: string) => void;
}

export function Histogram({ numbers, zone, isStale, onRange }: HistogramProps) {
  const [isTable, setTable] = useState(false);
  return (
    <section aria-label={t.explore.histogram} className={`relative px-3 ${isStale ? 'stale' : ''}`}>
      {numbers === undefined ? (
        <div style={{ height: HEIGHT + 18 }}>
          <Skeleton height={HEIGHT} />
        </div>
      ) : (
        <>
          {isTable ? (
            <Table numbers={numbers} zone={zone} />
          ) : (
            <Bars key={`${numbers.from} ${numbers.to}`} bars={numbers.buckets} zone={zone} onRange={onRange} />
          )}
          <div className="tabular flex h-[18px] items-center justify-between gap-2 text-2xs text-faint">
            <span>{formatShort(numbers.from, zone)}</span>
            <button type="button" className="min-h-[18px] px-1 text-muted hover:underline" onClick={() => setTable(!isTable)}>
              {isTable ? t.explore.asBars : t.explore.asTable}
            </button>
            <span>{formatShort(numbers.to, zone)}</span>
          </div>
        </>
      )}
    </section>
  );
}

/** Two bars that stand for what is chosen, whichever was the first. */
interface Choice {
  readonly from: number;
  readonly to: number;
}

/** Choosing bars, by drag, click or keys; what was chosen becomes the range. */
function useChoice(bars: readonly Bar[], onRange: (range: string) => void) {
  const frame = useRef<HTMLDivElement>(null);
  const [choice, setChoice] = useState<Choice | undefined>();
  const [at, setAt] = useState(Math.max(0, bars.length - 1));
  const barAt = (event: PointerEvent): number => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    return Math.max(0, Math.min(bars.length - 1, Math.floor(((event.clientX - left) / width) * bars.length)));
  };
  const zoom = ({ from, to }: Choice): void => {
    const [first, last] = [bars[Math.min(from, to)], bars[Math.max(from, to)]];
    setChoice(undefined);
    if (first !== undefined && last !== undefined) onRange(rangeOf(Date.parse(first.from), Date.parse(last.to)));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const next = nextBar(event.key, at, bars.length);
    if (next !== undefined) {
      setAt(next);
      setChoice(event.shiftKey ? { from: choice?.from ?? at, to: next } : undefined);
      frame.current?.querySelectorAll<HTMLElement>('[role="option"]')[next]?.focus();
    } else if (event.key === 'Enter') zoom(choice ?? { from: at, to: at });
    else if (event.key === 'Escape' && choice !== undefined) setChoice(undefined);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const handlers = {
    onKeyDown,
    onPointerDown: (event: PointerEvent): void => {
      if (event.button !== 0) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      setChoice({ from: barAt(event), to: barAt(event) });
    },
    onPointerUp: (event: PointerEvent): void => {
      if (choice !== undefined && event.currentTarget.hasPointerCapture(event.pointerId)) zoom(choice);
    },
    onPointerCancel: () => setChoice(undefined),
  };
  const dragTo = (event: PointerEvent): void => {
    if (event.currentTarget.hasPointerCapture(event.pointerId)) setChoice((now) => now && { ...now, to: barAt(event) });
  };
  const isChosen = (place: number): boolean =>
    choice !== undefined && place >= Math.min(choice.from, choice.to) && place <= Math.max(choice.from, choice.to);
  return { frame, at, setAt, barAt, dragTo, handlers, isChosen };
}

function Bars({
  bars,
  zone,
  onRange,
}: {
  readonly bars: readonly Bar[];
  readonly zone: ZoneName;
  readonly onRange: (range: string) => void;
}) {
  const { frame, at, setAt, barAt, dragTo, handlers, isChosen } = useChoice(bars, onRange);
  const [over, setOver] = useState<number | undefined>();
  const most = Math.max(0, ...bars.map(({ total }) => total));
  const said = over === undefined ? undefined : bars[over];
  return (
    <div className="relative" style={{ height: HEIGHT }}>
      <div
        {...handlers}
        ref={frame}
        role="listbox"
        aria-label={`${t.explore.histogram}. ${t.explore.histogramHelp}`}
        aria-orientation="horizontal"
        aria-multiselectable="true"
        tabIndex={-1}
        onPointerMove={(event) => {
          setOver(barAt(event));
          dragTo(event);
        }}
        onPointerLeave={() => setOver(undefined)}
        onBlur={() => setOver(undefined)}
        className="flex h-full cursor-crosshair touch-pan-y items-end border-b border-line select-none"
      >
        {bars.map((bar, place) => (
          <div
            key={bar.from}
            role="option"
            tabIndex={place === at ? 0 : -1}
            aria-selected={isChosen(place)}
            aria-label={barText(bar, zone)}
            onFocus={() => {
              setAt(place);
              setOver(place);
            }}
            className="h-full min-w-0 flex-1 px-px hover:bg-raised focus-visible:outline-offset-[-2px] aria-selected:bg-accent-soft"
          >
            <BarDrawn bar={bar} most={Math.max(1, most)} />
          </div>
        ))}
      </div>
      <span className="tabular pointer-events-none absolute top-0 left-0 rounded bg-bg/85 px-1 text-2xs text-muted">
        {said === undefined ? formatShortCount(most) : barText(said, zone)}
      </span>
    </div>
  );
}

function BarDrawn({ bar, most }: { readonly bar: Bar; readonly most: number }) {
  let top = HEIGHT;
  return (
    <svg aria-hidden="true" width="100%" height={HEIGHT} viewBox={`0 0 1 ${String(HEIGHT)}`} preserveAspectRatio="none" className="block">
      {OUTCOMES.map((outcome) => {
        const count = bar.byOutcome[outcome];
        if (count === 0) return null;
        // A few among many are still to be seen.
        const height = Math.max(2, (count / most) * (HEIGHT - 6));
        top -= height;
        return <rect key={outcome} x="0" y={top} width="1" height={height} className={FILLS[outcome]} />;
      })}
    </svg>
  );
}

function nextBar(key: string, at: number, count: number): number | undefined {
  const next = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: count - 1 }[key];
  return next === undefined ? undefined : Math.max(0, Math.min(count - 1, next));
}

function barText({ from, to, total, byOutcome }: Bar, zone: ZoneName): string {
  const parts = OUTCOMES.filter((outcome) => byOutcome[outcome] > 0).map(
    (outcome) => `${formatCount(byOutcome[outcome])} ${t.outcomes[outcome].toLowerCase()}`,
  );
  return t.explore.bar(formatShort(from, zone), formatShort(to, zone), t.explore.events(formatCount(total)), parts.join(', '));
}

function Table({ numbers, zone }: { readonly numbers: Numbers; readonly zone: ZoneName }) {
  return (
    <div className="max-h-48 overflow-y-auto" tabIndex={0} role="region" aria-label={`${t.explore.histogram}: ${t.explore.asTable}`}>
      <table className="tabular w-full text-xs">
        <thead>
          <tr className="text-left text-muted">
            <th scope="col">{t.explore.tableFrom}</th>
            <th scope="col">{t.explore.tableTotal}</th>
            {OUTCOMES.map((outcome) => (
              <th key={outcome} scope="col">
                {t.outcomes[outcome]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {numbers.buckets.map(({ from, total, byOutcome }) => (
            <tr key={from}>
              <th scope="row" className="font-normal">
                {formatShort(from, zone)}
              </th>
              <td>{formatCount(total)}</td>
              {OUTCOMES.map((outcome) => (
                <td key={outcome}>{formatCount(byOutcome[outcome])}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface WindowButtonsProps {
  readonly onShift: (by: -1 | 1) => void;
  readonly onWiden: () => void;
}

/** What a drag does not do: the window before, the one after, and more of the time around it. */
export function WindowButtons({ onShift, onWiden }: WindowButtonsProps) {
  return (
    <span className="inline-flex">
      <Button look="quiet" square aria-label={t.explore.earlier} title={`${t.explore.earlier} [`} onClick={() => onShift(-1)}>
        <Icon name="chevronLeft" size={14} />
      </Button>
      <Button look="quiet" square aria-label={t.explore.zoomOut} title={`${t.explore.zoomOut} z`} onClick={onWiden}>
        <Icon name="zoomOut" size={14} />
      </Button>
      <Button look="quiet" square aria-label={t.explore.later} title={`${t.explore.later} ]`} onClick={() => onShift(1)}>
        <Icon name="chevronRight" size={14} />
      </Button>
    </span>
  );
}
