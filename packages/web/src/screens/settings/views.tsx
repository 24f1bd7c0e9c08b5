// Saved views: one's own and the shared ones, renamed, shared and deleted here.

import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../../api/client.ts';
import { mayShare, useStanding } from '../../api/standing.ts';
import { useLinks } from '../../shell/links.ts';
import { settingsText as s } from '../../text/settings.ts';
import { Anchor } from '../../ui/anchor.tsx';
import { buttonClass } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { FormFault } from '../../ui/form-fault.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Table } from '../../ui/table.tsx';
import { DeleteShared, RenameView, ShareView } from '../../views/change-view.tsx';
import { type SavedView, useViewChanges, viewsQuery } from '../../views/queries.ts';
import { MakeToken } from './make-token.tsx';
import { maySee } from './sections.ts';
import { SectionHead } from './section-head.tsx';
import { Deleted } from './deleted.tsx';
import { ViewRow, type ViewDeed } from './view-row.tsx';

export function Views() {
  const api = useApi();
  const views = useQuery(viewsQuery(api));
  const standing = useStanding();
  const shares = mayShare(standing);
  const makesTokens = maySee('viewer-tokens', standing);
  const { remove } = useViewChanges();
  const [asked, setAsked] = useState<{ readonly deed: ViewDeed; readonly view: SavedView } | undefined>();
  const [deleted, setDeleted] = useState<SavedView | undefined>();
  const deletion = useMutation({ mutationFn: async (view: SavedView) => remove(view.id), onSuccess: (_, view) => setDeleted(view) });
  const ask = (deed: ViewDeed, view: SavedView): void => {
    if (deed === 'delete' && !view.shared) deletion.mutate(view);
    else setAsked({ deed, view });
  };
  const close = (): void => setAsked(undefined);
  return (
    <section>
      <SectionHead title={s.sections.views}>{s.views.intro}</SectionHead>
      {deleted === undefined ? null : <Deleted view={deleted} onDone={() => setDeleted(undefined)} />}
      <FormFault error={deletion.error} />
      <Loaded query={views}>
        {(data) =>
          data.views.length === 0 ? (
            <NoViews />
          ) : (
            <Table label={s.sections.views} columns={s.views.columns}>
              {data.views.map((view) => (
                <ViewRow key={view.id} view={view} shares={shares} makesTokens={makesTokens} onAsk={(deed) => ask(deed, view)} />
              ))}
            </Table>
          )
        }
      </Loaded>
      {asked?.deed === 'rename' ? <RenameView view={asked.view} onClose={close} /> : null}
      {asked?.deed === 'share' ? <ShareView view={asked.view} onClose={close} /> : null}
      {asked?.deed === 'token' ? <MakeToken scope={asked.view.query} onClose={close} /> : null}
      {asked?.deed === 'delete' ? <DeleteShared view={asked.view} onClose={close} /> : null}
    </section>
  );
}

function NoViews() {
  const links = useLinks();
  return (
    <EmptyState
      icon="bookmark"
      title={s.views.none}
      actions={
        <Anchor href={links.page('explore')} className={buttonClass('primary')}>
          {s.views.explore}
        </Anchor>
      }
    >
      {s.views.noneText}
    </EmptyState>
  );
}
