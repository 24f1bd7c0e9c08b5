// Who may see the tenant, and who was invited.

import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../../api/client.ts';
import { sessionQuery } from '../../api/queries.ts';
import { isAdministrator, useStanding } from '../../api/standing.ts';
import { settingsText as s } from '../../text/settings.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Icon } from '../../ui/icon.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Menu } from '../../ui/menu.tsx';
import { Cell, Table } from '../../ui/table.tsx';
import { Invitations } from './invitations.tsx';
import { InviteDialog } from './invite-dialog.tsx';
import { peopleQuery, type Person } from './queries.ts';
import { RoleDialog } from './role-dialog.tsx';
import { OPERATOR_TENANT } from './sections.ts';
import { SectionHead } from './section-head.tsx';
import { WithdrawRole } from './withdraw-role.tsx';

type Asked = { readonly kind: 'invite' } | { readonly kind: 'change' | 'withdraw'; readonly person: Person };

export function People() {
  const api = useApi();
  const standing = useStanding();
  const people = useQuery(peopleQuery(api));
  const { data: session } = useQuery(sessionQuery());
  const [asked, setAsked] = useState<Asked | undefined>();
  const close = (): void => setAsked(undefined);
  const manages = isAdministrator(standing);
  const invite = (
    <Button look="primary" onClick={() => setAsked({ kind: 'invite' })}>
      <Icon name="plus" />
      {s.people.invite}
    </Button>
  );
  return (
    <section>
      <SectionHead title={s.sections.people} actions={manages ? invite : undefined}>
        {api.tenant === OPERATOR_TENANT ? s.people.introAll : s.people.intro}
      </SectionHead>
      <Loaded query={people}>
        {(data) => (
          <Table label={s.sections.people} columns={s.people.columns}>
            {data.people.map((person) => (
              <PersonRow
                key={person.id}
                person={person}
                isYou={person.id === session?.person.id}
                onAsk={manages && (person.role !== 'owner' || standing.role === 'owner') ? (kind) => setAsked({ kind, person }) : undefined}
              />
            ))}
          </Table>
        )}
      </Loaded>
      <Invitations manages={manages} />
      {asked?.kind === 'invite' ? <InviteDialog onClose={close} /> : null}
      {asked?.kind === 'change' ? <RoleDialog person={asked.person} onClose={close} /> : null}
      {asked?.kind === 'withdraw' ? (
        <WithdrawRole person={asked.person} isYou={asked.person.id === session?.person.id} onClose={close} />
      ) : null}
    </section>
  );
}

interface PersonRowProps {
  readonly person: Person;
  readonly isYou: boolean;
  /** Undefined for those who may not. */
  readonly onAsk: ((kind: 'change' | 'withdraw') => void) | undefined;
}

function PersonRow({ person: { name, email, role, scope }, isYou, onAsk }: PersonRowProps) {
  return (
    <tr>
      <Cell className="font-medium">
        {name} {isYou ? <Badge>{s.people.you}</Badge> : null}
      </Cell>
      <Cell className="text-muted">{email}</Cell>
      <Cell>
        <span title={s.roleHelp[role]}>{s.roles[role]}</span>
      </Cell>
      <Cell className="text-muted">{scope === undefined ? s.everything : <code className="break-all">{scope}</code>}</Cell>
      <Cell className="w-10 py-1 text-right">
        {onAsk === undefined ? null : (
          <Menu
            square
            label={s.people.actions(name)}
            items={[
              { label: s.people.change, icon: 'person', onSelect: () => onAsk('change') },
              { label: s.people.withdraw, icon: 'denied', onSelect: () => onAsk('withdraw') },
            ]}
          >
            <Icon name="more" />
          </Menu>
        )}
      </Cell>
    </tr>
  );
}
