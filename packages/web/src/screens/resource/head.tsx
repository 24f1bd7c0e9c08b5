// What the resource is, since when it is known, and who touched it last.

import { quotedValue } from '@indelible/core/query';
import type { components } from '../../api/schema.ts';
import { useLinks } from '../../shell/links.ts';
import { formatCount } from '../../text/format.ts';
import { resourceText as t } from '../../text/resource.ts';
import { Anchor } from '../../ui/anchor.tsx';
import { Badge } from '../../ui/badge.tsx';
import { buttonClass } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { Time } from '../../ui/time.tsx';
import { nameOf, type Subject, type Version } from './use-resource.ts';

interface HeadProps {
  readonly subject: Subject;
  /** The newest page. */
  readonly page: components['schemas']['Resource'] | undefined;
  /** Newest first. */
  readonly versions: readonly Version[];
  readonly hasMore: boolean;
}

export function Head({ subject: { type, id }, page, versions, hasMore }: HeadProps) {
  const links = useLinks();
  const state = page?.state;
  // Who only found it so has changed nothing.
  const last = versions[0]?.kind === 'observed' ? undefined : state?.last;
  const lastSeen = page?.events[0]?.occurredAt;
  const first = hasMore ? undefined : versions.at(-1);
  const { version } = versions[0] ?? {};
  return (
    <header className="space-y-1.5">
      <div className="flex flex-wrap items-center gap-2">
        <h1 className="min-w-0 text-lg font-semibold break-words">{page?.resource.name ?? id}</h1>
        <Badge>{type.replaceAll('_', ' ')}</Badge>
        {state === undefined || state.standing === 'present' ? null : (
          <Badge tone={state.standing === 'deleted' ? 'bad' : 'warn'}>{t.standings[state.standing]}</Badge>
        )}
        <Anchor href={links.explore(`resource:${quotedValue(`${type}/${id}`)}`, 'all')} className={`${buttonClass('plain')} ml-auto`}>
          {t.explore}
        </Anchor>
      </div>
      <p className="flex flex-wrap items-center gap-x-4 gap-y-1 text-muted">
        <span className="flex items-center gap-1">
          <code className="break-all">
            {type}/{id}
          </code>
          <CopyButton text={id} label={t.copyId} />
        </span>
        {first === undefined ? null : (
          <span>
            {t.firstSeen} <Time at={first.at} className="text-text" />
          </span>
        )}
        {lastSeen === undefined ? null : (
          <span>
            {t.lastSeen} <Time at={lastSeen} className="text-text" />
          </span>
        )}
        {last === undefined ? null : (
          <span>
            {t.lastBy} <Who blame={last} />
          </span>
        )}
        {version === undefined ? null : (
          <span className="tabular">
            {t.versions}: {formatCount(version)}
          </span>
        )}
      </p>
    </header>
  );
}

function Who({ blame }: { readonly blame: components['schemas']['Blame'] }) {
  const links = useLinks();
  const who = nameOf(blame.actor, t.nobody);
  const { id } = blame.actor ?? {};
  return id === undefined ? (
    <span className="text-bad">{who}</span>
  ) : (
    <Anchor
      href={links.actor(id)}
      className="inline-flex min-h-[24px] items-center text-text underline decoration-line-strong underline-offset-2"
    >
      {who}
    </Anchor>
  );
}
