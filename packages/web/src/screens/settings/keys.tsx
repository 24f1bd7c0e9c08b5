// API keys: those that are good, what they may, from where, and when they were used.

import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../../api/client.ts';
import { isAdministrator, useStanding } from '../../api/standing.ts';
import { settingsText as s } from '../../text/settings.ts';
import { Button } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Icon } from '../../ui/icon.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Table } from '../../ui/table.tsx';
import { CreateKey } from './create-key.tsx';
import { KeyRow } from './key-row.tsx';
import { type ApiKey, keysQuery } from './queries.ts';
import { RevokeKey } from './revoke-key.tsx';
import { RotateKey } from './rotate-key.tsx';
import { OPERATOR_TENANT } from './sections.ts';
import { SectionHead } from './section-head.tsx';

type Asked = { readonly kind: 'create' } | { readonly kind: 'rotate' | 'revoke'; readonly key: ApiKey };

function isGood({ revokedAt, expiresAt }: ApiKey): boolean {
  return revokedAt === undefined && (expiresAt === undefined || Date.parse(expiresAt) > Date.now());
}

export function Keys() {
  const api = useApi();
  const manages = isAdministrator(useStanding());
  const keys = useQuery(keysQuery(api));
  const [asked, setAsked] = useState<Asked | undefined>();
  const close = (): void => setAsked(undefined);
  const create = (
    <Button look="primary" onClick={() => setAsked({ kind: 'create' })}>
      <Icon name="plus" />
      {s.keys.create}
    </Button>
  );
  return (
    <section>
      <SectionHead title={s.sections.keys} actions={manages ? create : undefined}>
        {api.tenant === OPERATOR_TENANT ? s.keys.introAll : s.keys.intro}
      </SectionHead>
      <Loaded query={keys}>
        {(data) => <KeysTable keys={data.keys} onAsk={manages ? (kind, key) => setAsked({ kind, key }) : undefined} />}
      </Loaded>
      {asked?.kind === 'create' ? <CreateKey onClose={close} /> : null}
      {asked?.kind === 'rotate' ? <RotateKey former={asked.key} onClose={close} /> : null}
      {asked?.kind === 'revoke' ? <RevokeKey apiKey={asked.key} onClose={close} /> : null}
    </section>
  );
}

interface KeysTableProps {
  readonly keys: readonly ApiKey[];
  readonly onAsk: ((kind: 'rotate' | 'revoke', key: ApiKey) => void) | undefined;
}

function KeysTable({ keys, onAsk }: KeysTableProps) {
  const [showsGone, setShowsGone] = useState(false);
  const newestFirst = keys.toSorted((a, b) => b.createdAt.localeCompare(a.createdAt));
  const good = newestFirst.filter(isGood);
  const gone = newestFirst.filter((key) => !isGood(key));
  return (
    <>
      {good.length === 0 && !showsGone ? (
        <EmptyState icon="settings" title={s.keys.none}>
          {s.keys.noneText}
        </EmptyState>
      ) : (
        <Table label={s.sections.keys} columns={s.keys.columns}>
          {good.map((key) => (
            <KeyRow key={key.id} apiKey={key} isGood onAsk={onAsk === undefined ? undefined : (kind) => onAsk(kind, key)} />
          ))}
          {showsGone ? gone.map((key) => <KeyRow key={key.id} apiKey={key} isGood={false} onAsk={undefined} />) : null}
        </Table>
      )}
      {gone.length === 0 ? null : (
        <Button look="quiet" className="mt-2" aria-expanded={showsGone} onClick={() => setShowsGone(!showsGone)}>
          {showsGone ? s.keys.hideGone : s.keys.showGone(gone.length)}
        </Button>
      )}
    </>
  );
}
