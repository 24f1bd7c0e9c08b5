// No events: because nothing was ever received, or because nothing matches; and the way on from there.

import { useQueries, useQuery } from '@tanstack/react-query';
import { type ReactNode, useEffect } from 'react';
import { answerOf, useApi } from '../../api/client.ts';
import { t } from '../../text/en.ts';
import { formatCount } from '../../text/format.ts';
import { Button } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { askedText, RANGE_ALL, termsOf } from './asked.ts';

/** What the trail says of itself, such as that somebody looked, is nothing that was received. */
const RECEIVED = '-source:self';
const LOOK_MS = 3_000;
const WIDER = ['-30d', '-90d', RANGE_ALL] as const;

interface EmptyProps {
  readonly q: string;
  readonly range: string;
  readonly zone: string;
  readonly onChange: (change: { q?: string; range?: string }) => void;
  /** The first event has come. */
  readonly onFirst: () => void;
  /** What there is, where that is only what the trail says of itself: shown when something was received before. */
  readonly otherwise?: ReactNode;
}

export function Empty({ q, range, zone, onChange, onFirst, otherwise }: EmptyProps) {
  const { api, tenant } = useApi();
  const { data: isAny } = useQuery({
    queryKey: [tenant, 'any event'],
    queryFn: async ({ signal }) => {
      const page = await answerOf(api.GET('/v1/events', { params: { query: { q: RECEIVED, limit: 1 } }, signal }));
      return 'events' in page && page.events.length > 0;
    },
    refetchInterval: ({ state }) => (state.data === false ? LOOK_MS : false),
  });
  if (isAny === undefined) return <Skeleton rows={6} height={34} />;
  if (!isAny) return <NothingEver tenant={tenant} onFirst={onFirst} onSelf={() => onChange({ q: 'source:self' })} />;
  return otherwise ?? <NoMatch q={q} range={range} zone={zone} onChange={onChange} />;
}

function NoMatch({ q, range, zone, onChange }: Omit<EmptyProps, 'onFirst' | 'otherwise'>) {
  const { api, tenant } = useApi();
  const wider = WIDER.filter((_, place) => place > WIDER.findIndex((one) => one === range));
  const counts = useQueries({
    queries: wider.map((one) => ({
      queryKey: [tenant, 'count', q, one, zone],
      queryFn: async ({ signal }: { signal: AbortSignal }) => {
        const query = { q: askedText(q, one), zone, bucket: 'month' as const };
        return answerOf(api.GET('/v1/stats/histogram', { params: { query }, signal }));
      },
    })),
  });
  return (
    <EmptyState
      title={t.explore.noMatch}
      actions={
        <>
          {termsOf(q).map(({ text, without }) => (
            <Button key={text} onClick={() => onChange({ q: without })}>
              {t.explore.drop(text)}
            </Button>
          ))}
          {wider.map((one, place) => {
            const total = counts[place]?.data?.total ?? 0;
            return total === 0 ? null : (
              <Button key={one} look="primary" onClick={() => onChange({ range: one })}>
                {t.explore.widen(t.explore.ranges[one], formatCount(total))}
              </Button>
            );
          })}
        </>
      }
    >
      {t.explore.noMatchText}
    </EmptyState>
  );
}

interface NothingEverProps {
  readonly tenant: string;
  readonly onFirst: () => void;
  readonly onSelf: () => void;
}

function NothingEver({ tenant, onFirst, onSelf }: NothingEverProps) {
  // When the first event is there, this goes away: the list is read anew.
  useEffect(() => onFirst, [onFirst]);
  const { origin } = window.location;
  const key = `indelible key create --name first --tenant ${tenant} --scope ingest`;
  const curl = `curl ${origin}/v1/events \\
  -H "Authorization: Bearer $INDELIBLE_KEY" \\
  -H 'content-type: application/json' \\
  -d '{"action": "invoice.approved", "actor": {"type": "user", "id": "usr_maria"}, "resource": {"type": "invoice", "id": "inv_7"}}'`;
  return (
    <EmptyState icon="live" title={t.explore.nothingEver} actions={<Button onClick={onSelf}>{t.explore.showSelf}</Button>}>
      <p>{t.explore.nothingEverText}</p>
      <Snippet text={curl} />
      <p className="mt-4">{t.explore.nothingEverKey}</p>
      <Snippet text={key} />
    </EmptyState>
  );
}

function Snippet({ text }: { readonly text: string }) {
  return (
    <div className="panel relative mt-3 text-left">
      <pre className="overflow-x-auto p-3 pr-10 text-xs text-text">{text}</pre>
      <span className="absolute top-1 right-1">
        <CopyButton text={text} label={t.common.copy} />
      </span>
    </div>
  );
}
