// The link that shows the same events for ever: times are instants, and the log is taken up to where it is now.

import { useQueryClient } from '@tanstack/react-query';
import { useApi } from '../../api/client.ts';
import type { Event } from '../../api/queries.ts';
import { writeSearch } from '../../shell/search.ts';
import { frozen } from './asked.ts';
import type { ExploreState } from './state.ts';

export function usePermanentLink({ q, range, zone, event, asked }: ExploreState, events: readonly Event[]): () => string {
  const { tenant } = useApi();
  const queryClient = useQueryClient();
  return () => {
    const size = queryClient.getQueryData<{ readonly size: number }>([tenant, 'log'])?.size ?? 0;
    const seq = events.reduce((most, one) => Math.max(most, one.seq), size - 1);
    // What cannot be read cannot be frozen: then the link is the address.
    if (asked === undefined) return window.location.href;
    const link = frozen(q, range, { nowMs: Date.now(), zone, seq: seq < 0 ? undefined : seq });
    return `${window.location.origin}/explore${writeSearch({ ...link, event, tenant, zone: 'utc' })}`;
  };
}
