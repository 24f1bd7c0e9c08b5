// The range of time: presets, or a text of the query language; from when to when it is, and in which zone.

import { type FormEvent, useState } from 'react';
import { useZone } from '../../shell/zone.tsx';
import { t } from '../../text/en.ts';
import { formatDateTime, formatShort, formatZone, type ZoneName } from '../../text/format.ts';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';
import { Icon } from '../../ui/icon.tsx';
import { Popover } from '../../ui/popover.tsx';
import { Segments } from '../../ui/tabs.tsx';
import { isRange, RANGE_ALL, spanOf } from './asked.ts';

export const TIME_BUTTON = 'explore-time';

type Preset = keyof typeof t.explore.ranges;
const PRESETS = Object.keys(t.explore.ranges) as readonly Preset[];

function isPreset(range: string): range is Preset {
  return Object.hasOwn(t.explore.ranges, range);
}

/** A range in few words. @example rangeLabel('-24h', 'UTC') // 'Last 24 hours' */
export function rangeLabel(range: string, zone: ZoneName): string {
  if (isPreset(range)) return t.explore.ranges[range];
  const { fromMs, toMs } = spanOf(range, Date.now(), zone);
  if (fromMs !== undefined && toMs !== undefined) return `${formatShort(fromMs, zone)} – ${formatShort(toMs, zone)}`;
  return fromMs === undefined ? range : t.explore.from(formatShort(fromMs, zone));
}

export function TimeRange({ range, onChange }: { readonly range: string; readonly onChange: (range: string) => void }) {
  const { zone, choice, choose } = useZone();
  return (
    <Popover
      id={TIME_BUTTON}
      label={t.explore.range}
      align="end"
      className="tabular"
      button={
        <>
          <Icon name="clock" size={14} className="text-muted" />
          {rangeLabel(range, zone)}
          <span className="font-normal text-muted">{formatZone(zone)}</span>
        </>
      }
    >
      {(close) => (
        <div className="w-[300px] max-w-full space-y-3">
          <div className="flex items-center justify-between gap-3">
            <span className="text-xs text-muted">{t.zone.label}</span>
            <Segments
              label={t.zone.label}
              value={choice}
              options={[
                { value: 'utc', label: t.zone.utc },
                { value: 'local', label: `${t.zone.local} (${formatZone(new Intl.DateTimeFormat().resolvedOptions().timeZone)})` },
              ]}
              onChange={choose}
            />
          </div>
          <div className="grid grid-cols-2 gap-0.5">
            {PRESETS.map((preset) => (
              <button
                key={preset}
                type="button"
                data-first={preset === range ? true : undefined}
                aria-pressed={preset === range}
                onClick={() => {
                  close();
                  onChange(preset);
                }}
                className="min-h-7 rounded px-2 text-left hover:bg-raised aria-pressed:bg-accent-soft aria-pressed:text-accent"
              >
                {t.explore.ranges[preset]}
              </button>
            ))}
          </div>
          <Typed
            range={range}
            zone={zone}
            onChange={(typed) => {
              close();
              onChange(typed);
            }}
          />
        </div>
      )}
    </Popover>
  );
}

function Typed({ range, zone, onChange }: { readonly range: string; readonly zone: ZoneName; readonly onChange: (range: string) => void }) {
  const [text, setText] = useState(range === RANGE_ALL ? '' : range);
  const typed = text.trim();
  const isGood = typed !== RANGE_ALL && isRange(typed);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (isGood) onChange(typed);
  };
  return (
    <form onSubmit={submit} className="space-y-2 border-t border-line pt-3">
      <Field
        label={t.explore.rangeTyped}
        help={isGood ? spanText(typed, zone) : t.explore.rangeHelp}
        fault={typed === '' || isGood ? undefined : t.explore.rangeFault}
        value={text}
        spellCheck={false}
        autoComplete="off"
        className="mono"
        onChange={(event) => setText(event.target.value)}
      />
      <Button type="submit" disabled={!isGood} className="w-full">
        {t.explore.apply}
      </Button>
    </form>
  );
}

function spanText(range: string, zone: ZoneName): string {
  const { fromMs, toMs } = spanOf(range, Date.now(), zone);
  const text = (ms: number | undefined): string => (ms === undefined ? '…' : formatDateTime(ms, zone));
  return `${text(fromMs)} – ${text(toMs)} ${formatZone(zone)}`;
}
