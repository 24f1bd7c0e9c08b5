// Taking somebody's role away, after saying what that does.

import { answerOf, useApi } from '../../api/client.ts';
import { settingsText as s } from '../../text/settings.ts';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { type Person, useRefresh } from './queries.ts';

interface WithdrawRoleProps {
  readonly person: Person;
  readonly isYou: boolean;
  readonly onClose: () => void;
}

export function WithdrawRole({ person: { id, name }, isYou, onClose }: WithdrawRoleProps) {
  const { api } = useApi();
  const refresh = useRefresh('people');
  const withdraw = async (): Promise<void> => {
    await answerOf(api.POST('/v1/roles/{person}/revoke', { params: { path: { person: id } } }));
    await refresh();
  };
  return (
    <ConfirmDialog title={s.people.withdrawTitle(name)} action={s.people.withdraw} onConfirm={withdraw} onClose={onClose}>
      <p>{s.people.withdrawText(name)}</p>
      {isYou ? <p className="text-bad">{s.people.withdrawSelf}</p> : null}
    </ConfirmDialog>
  );
}
