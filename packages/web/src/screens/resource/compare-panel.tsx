// Any two versions held against each other, with who set what differs and the patch that leads from the one to the other.

import type { FieldDelta, JsonObject } from '@indelible/core/event';
import { Difference } from '../../diff/difference.tsx';
import { rowsOfDeltas } from '../../diff/rows.ts';
import { useZone } from '../../shell/zone.tsx';
import { formatDateTime } from '../../text/format.ts';
import { resourceText as t } from '../../text/resource.ts';
import { Button } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { Icon } from '../../ui/icon.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Select } from '../../ui/select.tsx';
import { Doubts } from './doubts.tsx';
import { SetBy } from './state-table.tsx';
import { type Comparison, nameOf, type Subject, useComparison, type Version } from './use-resource.ts';

interface ComparePanelProps {
  readonly subject: Subject;
  /** Newest first. */
  readonly versions: readonly Version[];
  /** RFC 3339, or `now`. */
  readonly from: string;
  readonly to: string;
  readonly onChange: (from: string | undefined, to: string | undefined) => void;
}

export function ComparePanel({ subject, versions, from, to, onChange }: ComparePanelProps) {
  const query = useComparison(subject, from, to);
  const options = useOptions(versions, [from, to]);
  const close = (
    <Button look="quiet" onClick={() => onChange(undefined, undefined)}>
      {t.compare.close}
    </Button>
  );
  return (
    <Panel title={t.compare.title} actions={close}>
      <div className="grid items-end gap-2 border-b border-line p-3 sm:grid-cols-[minmax(0,1fr)_auto_minmax(0,1fr)]">
        <Select label={t.compare.from} value={from} options={options} onChange={(next) => onChange(next, to)} />
        <Button square aria-label={t.compare.swap} title={t.compare.swap} onClick={() => onChange(to, from)}>
          <Icon name="refresh" />
        </Button>
        <Select label={t.compare.to} value={to} options={options} onChange={(next) => onChange(from, next)} />
      </div>
      <div className={query.isPlaceholderData ? 'stale' : ''}>
        <Loaded query={query} rows={4} height={40}>
          {(comparison) => <Compared comparison={comparison} />}
        </Loaded>
      </div>
    </Panel>
  );
}

/** Every version, now, and the two instants themselves where they are none of these. */
function useOptions(
  versions: readonly Version[],
  chosen: readonly string[],
): readonly { readonly value: string; readonly label: string }[] {
  const { zone } = useZone();
  const listed = [
    { value: 'now', label: t.travel.now },
    ...versions.map(({ at, version, actor }) => ({
      value: at,
      label: t.travel.stop(version, formatDateTime(at, zone), nameOf(actor, t.nobody)),
    })),
  ];
  const others = chosen.filter((value, place) => chosen.indexOf(value) === place && listed.every((option) => option.value !== value));
  const known = new Set<string>();
  const all = [...listed, ...others.map((value) => ({ value, label: labelOf(value, versions, zone) }))];
  return all.filter(({ value }) => (known.has(value) ? false : known.add(value) !== undefined));
}

/** A millisecond before a version is before that version. */
function labelOf(value: string, versions: readonly Version[], zone: string): string {
  const next = versions.find(({ at }) => Date.parse(at) - 1 === Date.parse(value));
  return next === undefined ? formatDateTime(value, zone) : t.compare.before(formatDateTime(next.at, zone));
}

function Compared({ comparison }: { readonly comparison: Comparison }) {
  const { from, to, deltas, patch, notRestorable } = comparison;
  const setBy = new Map(deltas.map((delta) => [delta.field, delta.setBy]));
  return (
    <>
      <Doubts doubts={[...from.doubts, ...to.doubts]} title={t.compare.doubtful} />
      {from.standing === to.standing ? null : (
        <p className="border-b border-line px-3 py-2 font-medium">
          {t.compare.standings(t.standings[from.standing], t.standings[to.standing])}
        </p>
      )}
      {deltas.length === 0 ? (
        <p className="px-3 py-2.5 text-muted">{t.compare.same}</p>
      ) : (
        <>
          <Difference
            rows={rowsOfDeltas(deltas as unknown as readonly FieldDelta[])}
            mode="unified"
            raw={comparison as unknown as JsonObject}
            aside={({ field }) => (setBy.has(field) ? <SetBy setBy={setBy.get(field)} /> : null)}
          />
          <div className="flex flex-wrap items-center gap-x-3 gap-y-1 border-t border-line px-3 py-2">
            <CopyButton text={JSON.stringify(patch, null, 2)} label={t.compare.patchHelp}>
              {t.compare.patch}
            </CopyButton>
            <span className="text-xs text-muted">{t.compare.patchHelp}</span>
          </div>
        </>
      )}
      {notRestorable.length === 0 ? null : (
        <p className="border-t border-line px-3 py-2 text-warn">{t.compare.notRestorable(notRestorable.join(', '))}</p>
      )}
    </>
  );
}
