// One's own sessions: where one has signed in, and ending that.

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { answerOf, useApi } from '../../api/client.ts';
import { settingsText as s } from '../../text/settings.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Cell, Table } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { type Session, sessionsQuery } from './queries.ts';
import { SectionHead } from './section-head.tsx';
import { readAgent } from './user-agent.ts';

type Asked = { readonly kind: 'others'; readonly count: number } | { readonly kind: 'one'; readonly session: Session };

function nameOf({ userAgent = '' }: Session): string {
  const { browser, system } = readAgent(userAgent);
  if (browser === undefined) return userAgent === '' ? s.sessions.unknown : userAgent.slice(0, 60);
  return system === undefined ? browser : s.sessions.browserOn(browser, system);
}

export function Sessions() {
  const api = useApi();
  const sessions = useQuery(sessionsQuery(api));
  const [asked, setAsked] = useState<Asked | undefined>();
  const others = sessions.data?.sessions.filter(({ current }) => !current).length ?? 0;
  return (
    <section>
      <SectionHead
        title={s.sections.sessions}
        actions={
          others === 0 ? undefined : (
            <Button look="danger" onClick={() => setAsked({ kind: 'others', count: others })}>
              {s.sessions.endOthers}
            </Button>
          )
        }
      >
        {s.sessions.intro}
      </SectionHead>
      <Loaded query={sessions} rows={3}>
        {(data) => (
          <Table label={s.sections.sessions} columns={s.sessions.columns}>
            {data.sessions.map((session) => (
              <Row key={session.id} session={session} onEnd={() => setAsked({ kind: 'one', session })} />
            ))}
          </Table>
        )}
      </Loaded>
      {asked === undefined ? null : <EndSessions asked={asked} onClose={() => setAsked(undefined)} />}
    </section>
  );
}

function Row({ session, onEnd }: { readonly session: Session; readonly onEnd: () => void }) {
  const { current, address, createdAt, expiresAt, userAgent } = session;
  return (
    <tr>
      <Cell className="font-medium">
        <span title={userAgent}>{nameOf(session)}</span> {current ? <Badge tone="accent">{s.sessions.current}</Badge> : null}
      </Cell>
      <Cell className="text-muted">{address === undefined ? s.sessions.unknownAddress : <code>{address}</code>}</Cell>
      <Cell className="text-muted">
        <Time at={createdAt} show="relative" />
      </Cell>
      <Cell className="text-muted">
        <Time at={expiresAt} />
      </Cell>
      <Cell className="w-10 py-1 text-right">
        {current ? null : (
          <Button look="danger" onClick={onEnd}>
            {s.sessions.end}
          </Button>
        )}
      </Cell>
    </tr>
  );
}

function EndSessions({ asked, onClose }: { readonly asked: Asked; readonly onClose: () => void }) {
  const { api } = useApi();
  const queryClient = useQueryClient();
  const end = async (): Promise<void> => {
    await answerOf(
      asked.kind === 'others'
        ? api.POST('/v1/sessions/revoke-others')
        : api.POST('/v1/sessions/{id}/revoke', { params: { path: { id: asked.session.id } } }),
    );
    await queryClient.invalidateQueries({ queryKey: ['sessions'] });
  };
  const [title, action, text] =
    asked.kind === 'others'
      ? [s.sessions.endOthersTitle, s.sessions.endOthers, s.sessions.endOthersText(asked.count)]
      : [s.sessions.endTitle, s.sessions.end, s.sessions.endText(nameOf(asked.session))];
  return (
    <ConfirmDialog title={title} action={action} onConfirm={end} onClose={onClose}>
      <p>{text}</p>
    </ConfirmDialog>
  );
}
