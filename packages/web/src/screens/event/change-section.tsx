// The difference first: what the event changed, in the form that was chosen last.

import { type Change, type JsonObject, stepsOf } from '@indelible/core/event';
import { useMemo, useState } from 'react';
import type { Event } from '../../api/queries.ts';
import { DIFF_MODES, Difference, type DiffMode, nextMode } from '../../diff/difference.tsx';
import { rowsOf } from '../../diff/rows.ts';
import type { WrapValue } from '../../diff/side-view.tsx';
import { useShortcuts } from '../../keyboard/use-shortcuts.ts';
import { useLinks } from '../../shell/links.ts';
import { diffText } from '../../text/diff.ts';
import { eventText } from '../../text/event.ts';
import { Anchor } from '../../ui/anchor.tsx';
import { Segments } from '../../ui/tabs.tsx';
import { Section } from './section.tsx';
import { Value } from './value.tsx';

const REMEMBERED = 'indelible.diff';
const FILTER_CHARS_MAX = 120;

/** The mode that was chosen last, here or on another event. */
function useMode(): readonly [DiffMode, (mode: DiffMode) => void] {
  const [mode, setMode] = useState<DiffMode>(() => DIFF_MODES.find((known) => known === localStorage.getItem(REMEMBERED)) ?? 'unified');
  return [
    mode,
    (next) => {
      localStorage.setItem(REMEMBERED, next);
      setMode(next);
    },
  ];
}

interface ChangeSectionProps {
  readonly event: Event;
  /** Whether the log commits to values that are not there any more. */
  readonly isCleared: boolean;
}

export function ChangeSection({ event, isCleared }: ChangeSectionProps) {
  const [mode, setMode] = useMode();
  const links = useLinks();
  const change = event.change as Change | undefined;
  const rows = useMemo(() => (change === undefined ? [] : rowsOf(change)), [change]);
  useShortcuts(eventText.keysTitle, [{ keys: 'd', says: eventText.keys.mode, run: () => setMode(nextMode(mode)) }]);
  if (change === undefined) {
    return (
      <Section title={eventText.change}>
        {isCleared ? (
          <p className="panel px-3 py-2 text-muted">
            {eventText.clearedChange}{' '}
            <Anchor href={links.explore('action:(retention.pruned OR subject.erased)')}>{eventText.clearedQuery}</Anchor>.
          </p>
        ) : (
          <p className="text-muted">{eventText.noChange}</p>
        )}
      </Section>
    );
  }
  const modes = DIFF_MODES.map((value) => ({ value, label: diffText.modes[value] }));
  return (
    <Section title={eventText.change} actions={<Segments label={diffText.modesLabel} value={mode} options={modes} onChange={setMode} />}>
      <div className="panel overflow-hidden">
        <Difference rows={rows} mode={mode} raw={change as unknown as JsonObject} wrapValue={wrapValue} />
      </div>
    </Section>
  );
}

/** Values that a query can name get a menu: plain ones that are not long. */
const wrapValue: WrapValue = (drawn, value, field, side) => {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (typeof value === 'object' || text === '' || text.length > FILTER_CHARS_MAX) return drawn;
  return (
    <Value text={text} found={{ field: side, path: stepsOf(field), value: text }}>
      {drawn}
    </Value>
  );
};
