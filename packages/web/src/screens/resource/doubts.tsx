// Why a state may not be what it was, as the API tells it.

import { useLinks } from '../../shell/links.ts';
import { useZone } from '../../shell/zone.tsx';
import { formatDateTime } from '../../text/format.ts';
import { resourceText as t } from '../../text/resource.ts';
import { Anchor } from '../../ui/anchor.tsx';
import { Icon } from '../../ui/icon.tsx';
import type { Doubt } from './use-resource.ts';

/** A link within a sentence: not by colour alone. */
const IN_TEXT = 'text-accent underline underline-offset-2';

export function Doubts({ doubts, title = t.doubts.title }: { readonly doubts: readonly Doubt[]; readonly title?: string }) {
  if (doubts.length === 0) return null;
  return (
    <div className="flex gap-2 border-b border-line bg-warn-soft px-3 py-2">
      <Icon name="warning" className="mt-0.5 text-warn" />
      <div className="min-w-0">
        <p className="font-medium">{title}</p>
        <ul className="space-y-0.5">
          {doubts.map((doubt, place) => (
            <li key={`${doubt.kind} ${String(place)}`} className="break-words">
              <OneDoubt doubt={doubt} />
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}

function OneDoubt({ doubt }: { readonly doubt: Doubt }) {
  const links = useLinks();
  const { zone } = useZone();
  switch (doubt.kind) {
    case 'gap': {
      const from = formatDateTime(doubt.from, zone);
      return (
        <>
          {doubt.to === undefined ? t.doubts.gapOpen(from) : t.doubts.gap(from, formatDateTime(doubt.to, zone))}{' '}
          <span className="text-muted">{doubt.detail}</span>
        </>
      );
    }
    case 'unrecorded_change':
      return (
        <>
          {t.doubts.unrecorded(doubt.fields.join(', '))}{' '}
          <Anchor href={links.event(doubt.after)} className={IN_TEXT}>
            {t.doubts.earlier}
          </Anchor>
          ,{' '}
          <Anchor href={links.event(doubt.before)} className={IN_TEXT}>
            {t.doubts.later}
          </Anchor>
        </>
      );
    case 'values_missing':
      return (
        <>
          {t.doubts.missing(doubt.action)}{' '}
          <Anchor href={links.event(doubt.event)} className={IN_TEXT}>
            {t.doubts.show}
          </Anchor>
        </>
      );
    case 'field_unknown':
      return (
        <>
          {t.doubts.unknown(doubt.field, doubt.reason)}{' '}
          <Anchor href={links.event(doubt.event)} className={IN_TEXT}>
            {t.doubts.show}
          </Anchor>
        </>
      );
  }
}
