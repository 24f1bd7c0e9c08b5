// The saved views in the bar of Explore: opening one, and saving what is asked for now.

import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { useApi } from '../api/client.ts';
import { useGo, useLinks } from '../shell/links.ts';
import { viewsText as v } from '../text/views.ts';
import { Anchor } from '../ui/anchor.tsx';
import { Button } from '../ui/button.tsx';
import { inputClass } from '../ui/field.tsx';
import { Icon } from '../ui/icon.tsx';
import { Loaded } from '../ui/loaded.tsx';
import { Popover } from '../ui/popover.tsx';
import { AskedOf } from './asked-of.tsx';
import { type Asked, hrefOfView, type SavedView, viewsQuery } from './queries.ts';

const SaveViewDialog = lazy(async () => ({ default: (await import('./save-view-dialog.tsx')).SaveViewDialog }));

/** More than these are worth a field to find one. */
const FEW = 7;

/** @example <ViewsMenu asked={{ query: 'outcome:denied', range: '-24h', zone: 'utc' }} /> */
export function ViewsMenu({ asked }: { readonly asked: Asked }) {
  const [saves, setSaves] = useState(false);
  const [saved, setSaved] = useState('');
  return (
    <>
      <Popover
        label={v.menu}
        align="end"
        button={
          <>
            <Icon name="bookmark" />
            <span className="sr-only sm:not-sr-only">{v.menu}</span>
          </>
        }
      >
        {(close) => (
          <Content
            onOpen={close}
            onSave={() => {
              close();
              setSaves(true);
            }}
          />
        )}
      </Popover>
      <span role="status" className="sr-only">
        {saved === '' ? '' : v.savedAs(saved)}
      </span>
      {saves ? (
        <Suspense fallback={null}>
          <SaveViewDialog asked={asked} onSaved={({ name }) => setSaved(name)} onClose={() => setSaves(false)} />
        </Suspense>
      ) : null}
    </>
  );
}

function Content({ onOpen, onSave }: { readonly onOpen: () => void; readonly onSave: () => void }) {
  const links = useLinks();
  return (
    <div className="w-[320px] max-w-full space-y-2">
      <ViewList onOpen={onOpen} />
      <div className="flex items-center justify-between border-t border-line pt-2">
        <Button look="primary" onClick={onSave}>
          <Icon name="plus" />
          {v.save}
        </Button>
        <Anchor href={links.settings('views')}>{v.manage}</Anchor>
      </div>
    </div>
  );
}

function ViewList({ onOpen }: { readonly onOpen: () => void }) {
  const api = useApi();
  const views = useQuery(viewsQuery(api));
  const [typed, setTyped] = useState('');
  return (
    <Loaded query={views} rows={3} height={36}>
      {(data) => {
        const found = data.views.filter(({ name }) => name.toLowerCase().includes(typed.trim().toLowerCase()));
        return (
          <>
            {data.views.length > FEW ? (
              <input
                type="search"
                aria-label={v.find}
                placeholder={v.find}
                className={inputClass}
                value={typed}
                onChange={(event) => setTyped(event.target.value)}
              />
            ) : null}
            {found.length === 0 ? <p className="py-2 text-muted">{data.views.length === 0 ? v.none : v.noMatch}</p> : null}
            <div className="max-h-[300px] overflow-y-auto">
              <Group title={v.own} views={found.filter(({ own }) => own)} onOpen={onOpen} />
              <Group title={v.others} views={found.filter(({ own }) => !own)} onOpen={onOpen} />
            </div>
          </>
        );
      }}
    </Loaded>
  );
}

interface GroupProps {
  readonly title: string;
  readonly views: readonly SavedView[];
  readonly onOpen: () => void;
}

function Group({ title, views, onOpen }: GroupProps) {
  const { tenant } = useApi();
  const go = useGo();
  if (views.length === 0) return null;
  return (
    <section aria-label={title}>
      <p aria-hidden="true" className="px-2 py-1 text-2xs font-medium text-muted">
        {title}
      </p>
      <ul>
        {views.map((view) => (
          <li key={view.id}>
            <a
              href={hrefOfView(view, tenant)}
              onClick={(event) => {
                if (event.metaKey || event.ctrlKey || event.shiftKey) return;
                event.preventDefault();
                onOpen();
                go(hrefOfView(view, tenant));
              }}
              className="block rounded-md px-2 py-1 hover:bg-raised"
            >
              <span className="block truncate font-medium">{view.name}</span>
              <span className="block truncate text-xs text-muted">
                <AskedOf asked={view} />
              </span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}
