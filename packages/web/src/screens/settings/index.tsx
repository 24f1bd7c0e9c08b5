// The settings: a list of sections, and the one that the address names.

import { useParams } from '@tanstack/react-router';
import { type ReactNode, useEffect, useRef } from 'react';
import { type Standing, useStanding } from '../../api/standing.ts';
import { useLinks } from '../../shell/links.ts';
import { settingsText as s } from '../../text/settings.ts';
import { Anchor } from '../../ui/anchor.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { NotFound } from '../../shell/not-found.tsx';
import { Keys } from './keys.tsx';
import { People } from './people.tsx';
import { isOwn, maySee, type Section, sectionNamed, SECTIONS } from './sections.ts';
import { Security } from './security.tsx';
import { Sessions } from './sessions.tsx';
import { Sources } from './sources.tsx';
import { Views } from './views.tsx';
import { ViewerTokens } from './viewer-tokens.tsx';

export function Settings() {
  const { section: named } = useParams({ strict: false });
  const standing = useStanding();
  const shown = SECTIONS.filter((section) => maySee(section, standing));
  const section = named === undefined ? shown[0] : sectionNamed(named);
  const list = useRef<HTMLElement>(null);
  // On a phone the list is a row that is wider than the screen.
  useEffect(() => {
    list.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [section]);
  if (section === undefined) return <NotFound />;
  return (
    <div className="mx-auto flex w-full max-w-[1180px] flex-col gap-4 p-3 md:flex-row md:gap-8 md:p-6">
      <nav
        ref={list}
        aria-label={s.title}
        className="flex shrink-0 gap-1 overflow-x-auto md:w-[150px] md:flex-col md:gap-4 md:overflow-visible"
      >
        <h1 className="sr-only md:not-sr-only md:px-2 md:text-lg md:font-semibold">{s.title}</h1>
        <Group title={s.groups.tenant} sections={shown.filter((one) => !isOwn(one))} current={section} />
        <Group title={s.groups.own} sections={shown.filter(isOwn)} current={section} />
      </nav>
      <div className="min-w-0 flex-1">
        {maySee(section, standing) ? <Shown section={section} /> : <Denied section={section} standing={standing} />}
      </div>
    </div>
  );
}

function Group({ title, sections, current }: { readonly title: string; readonly sections: readonly Section[]; readonly current: Section }) {
  const links = useLinks();
  return (
    <div className="contents md:block">
      <h2 className="hidden px-2 pb-1 text-2xs font-medium text-muted md:block">{title}</h2>
      <ul className="contents md:flex md:flex-col md:gap-0.5">
        {sections.map((section) => (
          <li key={section}>
            <Anchor
              href={links.settings(section)}
              aria-current={section === current ? 'page' : undefined}
              className="flex min-h-8 items-center rounded-md px-2 text-sm whitespace-nowrap text-muted hover:bg-raised hover:text-text aria-[current=page]:bg-raised aria-[current=page]:font-medium aria-[current=page]:text-text md:min-h-7"
            >
              {s.sections[section]}
            </Anchor>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Shown({ section }: { readonly section: Section }): ReactNode {
  switch (section) {
    case 'people':
      return <People />;
    case 'keys':
      return <Keys />;
    case 'viewer-tokens':
      return <ViewerTokens />;
    case 'sources':
      return <Sources />;
    case 'views':
      return <Views />;
    case 'sessions':
      return <Sessions />;
    case 'security':
      return <Security />;
  }
}

function Denied({ section, standing: { role } }: { readonly section: Section; readonly standing: Standing }) {
  const why = section in s.denied ? s.denied[section as keyof typeof s.denied] : undefined;
  return (
    <EmptyState icon="denied" title={s.denied.title}>
      {typeof why === 'string' ? <p>{why}</p> : null}
      <p>{role === undefined ? s.denied.noRole : s.denied.role(s.roles[role].toLowerCase())}</p>
    </EmptyState>
  );
}
