// Invitations that wait for an answer.

import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { answerOf, useApi } from '../../api/client.ts';
import { settingsText as s } from '../../text/settings.ts';
import { Button } from '../../ui/button.tsx';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Cell, Table } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { type Invitation, invitationsQuery, useRefresh } from './queries.ts';

export function Invitations({ manages }: { readonly manages: boolean }) {
  const api = useApi();
  const open = useQuery(invitationsQuery(api));
  const [asked, setAsked] = useState<Invitation | undefined>();
  return (
    <>
      <h3 className="mt-6 mb-2 font-semibold">{s.people.open}</h3>
      <Loaded query={open} rows={2}>
        {({ invitations }) =>
          invitations.length === 0 ? (
            <p className="text-muted">{s.people.openNone}</p>
          ) : (
            <Table label={s.people.open} columns={s.people.openColumns}>
              {invitations.map((invitation) => (
                <Row key={invitation.id} invitation={invitation} onWithdraw={manages ? () => setAsked(invitation) : undefined} />
              ))}
            </Table>
          )
        }
      </Loaded>
      {asked === undefined ? null : <Withdraw invitation={asked} onClose={() => setAsked(undefined)} />}
    </>
  );
}

function Row({ invitation, onWithdraw }: { readonly invitation: Invitation; readonly onWithdraw: (() => void) | undefined }) {
  const { email, role, scope, createdAt, expiresAt } = invitation;
  return (
    <tr>
      <Cell className="font-medium">{email}</Cell>
      <Cell>{s.roles[role]}</Cell>
      <Cell className="text-muted">{scope === undefined ? s.everything : <code className="break-all">{scope}</code>}</Cell>
      <Cell className="text-muted">
        <Time at={createdAt} show="relative" />
      </Cell>
      <Cell className="text-muted">
        <Time at={expiresAt} />
      </Cell>
      <Cell className="w-10 py-1 text-right">
        {onWithdraw === undefined ? null : (
          <Button look="danger" onClick={onWithdraw}>
            {s.people.withdrawInvitation}
          </Button>
        )}
      </Cell>
    </tr>
  );
}

function Withdraw({ invitation: { id, email }, onClose }: { readonly invitation: Invitation; readonly onClose: () => void }) {
  const { api } = useApi();
  const refresh = useRefresh('invitations');
  const withdraw = async (): Promise<void> => {
    await answerOf(api.POST('/v1/people/invitations/{id}/withdraw', { params: { path: { id } } }));
    await refresh();
  };
  return (
    <ConfirmDialog
      title={s.people.withdrawInvitationTitle(email)}
      action={s.people.withdrawInvitation}
      onConfirm={withdraw}
      onClose={onClose}
    >
      <p>{s.people.withdrawInvitationText}</p>
    </ConfirmDialog>
  );
}
