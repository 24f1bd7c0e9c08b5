// Integrity: what the log says of itself, what this browser knows of it, and how anybody verifies it.

import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { answerOf, useApi } from '../../api/client.ts';
import { codeOf } from '../../api/problem.ts';
import { integrityText as t } from '../../text/integrity.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { LogPanel } from './log-panel.tsx';
import { Outside } from './outside.tsx';
import { Remembered } from './remembered.tsx';
import { type Check, useCheck } from './use-check.ts';
import { SAMPLE_DEFAULT, VerifyPanel } from './verify-panel.tsx';

export function Integrity() {
  const { tenant } = useApi();
  // What was checked is of one tenant.
  return <IntegrityOf key={tenant} tenant={tenant} />;
}

/** A link may say that it is to be verified at once. */
function useStartByLink({ start }: Check): void {
  useEffect(() => {
    if (window.location.hash === '#verify') start(SAMPLE_DEFAULT);
  }, [start]);
}

function IntegrityOf({ tenant }: { readonly tenant: string }) {
  const { api } = useApi();
  const check = useCheck();
  useStartByLink(check);
  const query = useQuery({
    queryKey: [tenant, 'log'],
    queryFn: ({ signal }) => answerOf(api.GET('/v1/log', { signal })),
    staleTime: 60_000,
  });
  const code = codeOf(query.error);
  return (
    <div className="mx-auto max-w-[1280px] space-y-3 p-3 md:p-4">
      <h1 className="text-lg font-semibold">{t.title}</h1>
      <p className="max-w-[80ch] text-muted">{t.lead}</p>
      {code === 'not_sealed' || code === 'not_found' ? (
        <EmptyState icon="integrity" title={t.logs.unsealed}>
          {t.logs.unsealedHelp}
        </EmptyState>
      ) : (
        <Loaded query={query} rows={10} height={40}>
          {(log) => (
            <div className="grid items-start gap-3 lg:grid-cols-2">
              <div className="min-w-0 lg:col-span-2">
                <VerifyPanel check={check} />
              </div>
              <div className="min-w-0 space-y-3">
                <LogPanel title={t.logs.own} log={log} />
                <LogPanel title={t.logs.system} log={log.system} help={t.logs.systemHelp} />
              </div>
              <div className="min-w-0 space-y-3">
                <Remembered tenant={tenant} />
                <Outside log={log} tenant={tenant} />
              </div>
            </div>
          )}
        </Loaded>
      )}
    </div>
  );
}
