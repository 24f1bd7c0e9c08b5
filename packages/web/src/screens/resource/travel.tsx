// Time travel: a slider over the versions, a field for any date and time, and the keys [ and ].

import { useEffect, useId, useState } from 'react';
import { useShortcuts } from '../../keyboard/use-shortcuts.ts';
import { useZone } from '../../shell/zone.tsx';
import { formatDateTime, formatZone } from '../../text/format.ts';
import { resourceText as t } from '../../text/resource.ts';
import { Button } from '../../ui/button.tsx';
import { inputClass } from '../../ui/field.tsx';
import { Icon } from '../../ui/icon.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Time } from '../../ui/time.tsx';
import { placeAt, step, timeAt } from './stops.ts';
import { nameOf, type Version } from './use-resource.ts';
import { instantText, wallText } from './wall-text.ts';

interface TravelProps {
  /** Oldest first. */
  readonly versions: readonly Version[];
  /** RFC 3339; now when it is absent. */
  readonly at: string | undefined;
  readonly onTravel: (at: string | undefined) => void;
}

export function Travel({ versions, at, onTravel }: TravelProps) {
  const { zone } = useZone();
  const place = placeAt(versions, at);
  const isFirst = place < 0 || (place === 0 && versions[0]?.at === at);
  const go = (by: -1 | 1): void => (by === -1 && isFirst ? undefined : onTravel(timeAt(versions, step(versions, at, by))));
  useShortcuts(t.travel.keysTitle, [
    { keys: '[', says: t.travel.previous, run: () => go(-1) },
    { keys: ']', says: t.travel.next, run: () => go(1) },
  ]);
  const version = versions[place];
  const words =
    version === undefined
      ? place < 0
        ? t.travel.before
        : t.travel.stopNow
      : t.travel.stop(version.version, formatDateTime(version.at, zone), nameOf(version.actor, t.nobody));
  return (
    <Panel
      title={t.travel.title}
      actions={
        <span className="tabular text-muted" role="status">
          {at === undefined ? t.travel.asNow : <Time at={at} />}
        </span>
      }
    >
      <div className="space-y-2 p-3">
        <div className="flex items-center gap-2">
          <Button square aria-label={t.travel.previous} title={`${t.travel.previous} [`} disabled={isFirst} onClick={() => go(-1)}>
            <Icon name="chevronLeft" />
          </Button>
          <input
            type="range"
            min={0}
            max={versions.length}
            step={1}
            value={Math.max(0, place)}
            aria-label={t.travel.slider}
            aria-valuetext={words}
            onChange={(event) => onTravel(timeAt(versions, Number(event.target.value)))}
            className="h-7 min-w-0 flex-1 accent-[var(--accent)]"
          />
          <Button square aria-label={t.travel.next} title={`${t.travel.next} ]`} disabled={at === undefined} onClick={() => go(1)}>
            <Icon name="chevronRight" />
          </Button>
        </div>
        <div className="flex flex-wrap items-end gap-x-3 gap-y-2">
          <p className="min-w-0 flex-1 basis-56 text-muted">{words}</p>
          <DateField at={at} onTravel={onTravel} zoneWords={t.travel.atHelp(formatZone(zone, at ?? Date.now()))} />
          <Button onClick={() => onTravel(undefined)} disabled={at === undefined}>
            {t.travel.now}
          </Button>
        </div>
      </div>
    </Panel>
  );
}

interface DateFieldProps {
  readonly at: string | undefined;
  readonly onTravel: (at: string | undefined) => void;
  readonly zoneWords: string;
}

function DateField({ at, onTravel, zoneWords }: DateFieldProps) {
  const id = useId();
  const { zone } = useZone();
  const shown = at === undefined ? '' : wallText(at, zone);
  const [typed, setTyped] = useState(shown);
  useEffect(() => setTyped(shown), [shown]);
  const submit = (): void => {
    const instant = instantText(typed, zone);
    if (instant !== undefined && typed !== shown) onTravel(instant);
  };
  return (
    <label htmlFor={id} className="text-xs text-muted">
      {zoneWords}
      <input
        id={id}
        type="datetime-local"
        step={1}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        onBlur={submit}
        onKeyDown={(event) => {
          if (event.key === 'Enter') submit();
        }}
        className={`${inputClass} tabular mt-0.5 block w-[200px]`}
      />
    </label>
  );
}
