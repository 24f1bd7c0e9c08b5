// The versions of a resource, newest first: when, who, what; each is shown by a click, held against the one before, or undone.

import { useLinks } from '../../shell/links.ts';
import { resourceText as t } from '../../text/resource.ts';
import { Anchor } from '../../ui/anchor.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Time } from '../../ui/time.tsx';
import { nameOf, type Version } from './use-resource.ts';

const FIELDS_MAX = 4;
/** What nearly every change changes says little. */
const UNTELLING: ReadonlySet<string> = new Set(['updated_at', 'updatedAt']);

interface TimelineProps {
  /** Newest first. */
  readonly versions: readonly Version[];
  /** The event of the version that is shown. */
  readonly shown: string | undefined;
  readonly hasMore: boolean;
  readonly isLoading: boolean;
  readonly partial: boolean;
  readonly onMore: () => void;
  readonly onShow: (version: Version) => void;
  readonly onCompare: (version: Version) => void;
  readonly onUndo: (version: Version) => void;
}

export function Timeline(props: TimelineProps) {
  const { versions, hasMore, isLoading, partial, onMore } = props;
  return (
    <Panel title={t.timeline.title}>
      {versions.length === 0 ? <p className="px-3 py-2.5 text-muted">{t.timeline.none}</p> : null}
      <ol className="divide-y divide-line">
        {versions.map((version) => (
          <Entry key={version.event} version={version} {...props} />
        ))}
      </ol>
      {partial ? <p className="border-t border-line px-3 py-2 text-xs text-warn">{t.timeline.partial}</p> : null}
      {hasMore ? (
        <p className="border-t border-line p-2">
          <Button onClick={onMore} disabled={isLoading}>
            {t.timeline.more}
          </Button>
        </p>
      ) : null}
    </Panel>
  );
}

function Entry({ version, shown, onShow, onCompare, onUndo }: TimelineProps & { readonly version: Version }) {
  const links = useLinks();
  const isShown = version.event === shown;
  const { id } = version.actor ?? {};
  const who = nameOf(version.actor, t.nobody);
  return (
    <li
      aria-current={isShown ? 'true' : undefined}
      className={`border-l-2 px-3 py-2 ${isShown ? 'border-l-accent bg-accent-soft' : 'border-l-transparent'}`}
    >
      <button
        type="button"
        onClick={() => onShow(version)}
        className="flex min-h-[24px] w-full items-center gap-2 text-left hover:text-accent"
      >
        <span className="sr-only">{t.timeline.show}</span>
        <span className="tabular font-medium">{t.timeline.version(version.version)}</span>
        <Badge tone={version.kind === 'deleted' ? 'bad' : version.kind === 'created' ? 'good' : 'neutral'}>
          {t.timeline.kinds[version.kind]}
        </Badge>
        <span className="flex-1" />
        <Time at={version.at} className="text-xs text-muted" />
      </button>
      <p className="break-words">
        {id === undefined ? (
          <span className={version.actor === undefined || version.actor.attribution === 'none' ? 'text-bad' : ''}>{who}</span>
        ) : (
          <Anchor
            href={links.actor(id)}
            className="inline-flex min-h-[24px] items-center text-text underline decoration-line-strong underline-offset-2"
          >
            {who}
          </Anchor>
        )}{' '}
        <span className="text-muted">{said(version)}</span>
      </p>
      <div className="-ml-1.5 flex flex-wrap items-center gap-x-1">
        <Button look="quiet" className="px-1.5!" onClick={() => onCompare(version)}>
          {t.timeline.compare}
        </Button>
        {version.kind === 'observed' ? null : (
          <Button look="quiet" className="px-1.5!" onClick={() => onUndo(version)}>
            {t.timeline.undo}
          </Button>
        )}
        <Anchor
          href={links.event(version.event)}
          className="inline-flex min-h-[24px] items-center px-1.5 text-sm text-accent hover:underline"
        >
          {t.timeline.event}
        </Anchor>
      </div>
    </li>
  );
}

/** The names of what it changed. */
function said({ kind, changes }: Version): string {
  if (kind !== 'changed') return '';
  if (changes.length === 0) return t.timeline.noFields;
  const telling = changes.map(({ field }) => field).filter((field) => !UNTELLING.has(field));
  const names = telling.length === 0 ? changes.map(({ field }) => field) : telling;
  return t.timeline.fields(names.slice(0, FIELDS_MAX), Math.max(0, names.length - FIELDS_MAX));
}
