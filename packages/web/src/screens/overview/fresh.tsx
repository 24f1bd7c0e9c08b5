// The first minutes of a trail that nothing came to yet: how to send something. It goes by itself when the first event comes.

import { useQuery } from '@tanstack/react-query';
import { answerOf, useApi } from '../../api/client.ts';
import { useStanding } from '../../api/standing.ts';
import { overviewText as t } from '../../text/overview.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';

const OPERATOR_TENANT = '_operator';
const ASK_EVERY_MS = 2_000;

/**
 * Whether nobody has sent the tenant an event yet; asks again until somebody has. Who sees a part cannot tell, and what the trail
 * holds of itself nobody sends.
 */
export function useIsFresh(): boolean {
  const { api, tenant } = useApi();
  const { scope, role } = useStanding();
  const { data } = useQuery({
    queryKey: [tenant, 'overview', 'fresh'],
    queryFn: async ({ signal }) => {
      const page = await answerOf(api.GET('/v1/events', { params: { query: { q: '-source:self', limit: 1 } }, signal }));
      return 'events' in page && page.events.length === 0 && page.next === undefined;
    },
    enabled: role !== undefined && scope === undefined && tenant !== OPERATOR_TENANT,
    staleTime: Number.POSITIVE_INFINITY,
    refetchInterval: ({ state }) => (state.data === true ? ASK_EVERY_MS : false),
  });
  return data === true;
}

export function Fresh() {
  const { tenant } = useApi();
  const command = `curl ${window.location.origin}/v1/events -H "Authorization: Bearer $INDELIBLE_KEY" -H 'Indelible-Tenant: ${encodeURIComponent(tenant)}' -H 'content-type: application/json' \\
  -d '{"action": "bot.updated", "actor": {"type": "user", "id": "usr_maria"}, "resource": {"type": "bot", "id": "bot_42"}}'`;
  return (
    <EmptyState icon="live" title={t.fresh.title}>
      <p>{t.fresh.text}</p>
      <div className="mt-3 flex max-w-full items-start gap-1 rounded-md border border-line bg-surface p-2 text-left">
        <pre className="min-w-0 flex-1 text-xs whitespace-pre-wrap text-text [overflow-wrap:anywhere]">{command}</pre>
        <CopyButton text={command} label={t.fresh.copy} />
      </div>
    </EmptyState>
  );
}
