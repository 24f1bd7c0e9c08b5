// Viewer tokens: making one by hand, and those that are good.

import { queryOptions, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { type Api, answerOf, useApi } from '../../api/client.ts';
import { settingsText as s } from '../../text/settings.ts';
import { Button } from '../../ui/button.tsx';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { Icon } from '../../ui/icon.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Cell, Table } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { MakeToken } from './make-token.tsx';
import { useRefresh } from './queries.ts';
import { SectionHead } from './section-head.tsx';
import { goodTokens, type KnownToken, TOKENS_QUERY } from './tokens-in-log.ts';

const LISTED_MAX = 500;

function tokensQuery({ api, tenant }: Api) {
  return queryOptions({
    queryKey: [tenant, 'viewer-tokens'],
    queryFn: async ({ signal }) => {
      const page = await answerOf(api.GET('/v1/events', { params: { query: { q: TOKENS_QUERY, limit: LISTED_MAX } }, signal }));
      return goodTokens('events' in page ? page.events : [], Date.now());
    },
  });
}

export function ViewerTokens() {
  const api = useApi();
  const tokens = useQuery(tokensQuery(api));
  const [makes, setMakes] = useState(false);
  const [asked, setAsked] = useState<string | undefined>();
  return (
    <section>
      <SectionHead
        title={s.sections['viewer-tokens']}
        actions={
          <Button look="primary" onClick={() => setMakes(true)}>
            <Icon name="plus" />
            {s.tokens.make}
          </Button>
        }
      >
        {s.tokens.intro}
      </SectionHead>
      <h3 className="font-semibold">{s.tokens.listTitle}</h3>
      <p className="mb-2 text-muted">{s.tokens.listText}</p>
      <Loaded query={tokens} rows={3}>
        {(good) => <TokensTable tokens={good} onRevoke={setAsked} />}
      </Loaded>
      {makes ? <MakeToken onClose={() => setMakes(false)} /> : null}
      {asked === undefined ? null : <RevokeToken id={asked} onClose={() => setAsked(undefined)} />}
    </section>
  );
}

function TokensTable({ tokens, onRevoke }: { readonly tokens: readonly KnownToken[]; readonly onRevoke: (id: string) => void }) {
  if (tokens.length === 0) return <p className="panel p-4 text-muted">{s.tokens.none}</p>;
  return (
    <Table label={s.tokens.listTitle} columns={s.tokens.columns}>
      {tokens.map(({ id, viewer, scope, madeBy, expiresAt }) => (
        <tr key={id}>
          <Cell>
            <code className="break-all">{id}</code>
          </Cell>
          <Cell>{viewer ?? <span className="text-muted">{s.tokens.somebody}</span>}</Cell>
          <Cell className="text-muted">{scope === 'everything' ? s.everything : <code className="break-all">{scope}</code>}</Cell>
          <Cell className="text-muted">{madeBy}</Cell>
          <Cell className="text-muted">
            <Time at={expiresAt} />
          </Cell>
          <Cell className="w-10 py-1 text-right">
            <Button look="danger" onClick={() => onRevoke(id)}>
              {s.tokens.revoke}
            </Button>
          </Cell>
        </tr>
      ))}
    </Table>
  );
}

function RevokeToken({ id, onClose }: { readonly id: string; readonly onClose: () => void }) {
  const { api } = useApi();
  const refresh = useRefresh('viewer-tokens');
  const revoke = async (): Promise<void> => {
    await answerOf(api.POST('/v1/viewer-tokens/{id}/revoke', { params: { path: { id } } }));
    await refresh();
  };
  return (
    <ConfirmDialog title={s.tokens.revokeTitle} action={s.tokens.revoke} onConfirm={revoke} onClose={onClose}>
      <p className="break-all">{s.tokens.revokeText(id)}</p>
    </ConfirmDialog>
  );
}
