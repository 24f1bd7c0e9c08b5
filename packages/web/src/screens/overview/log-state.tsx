// The state of the log in short: how large the signed tree is, and what this browser verified of it.

import { useQuery } from '@tanstack/react-query';
import { answerOf, useApi } from '../../api/client.ts';
import { useLinks } from '../../shell/links.ts';
import { useVerified } from '../../shell/verifications.ts';
import { formatCount, formatRelative } from '../../text/format.ts';
import { overviewText as t } from '../../text/overview.ts';
import { Anchor } from '../../ui/anchor.tsx';
import { Badge } from '../../ui/badge.tsx';
import { buttonClass } from '../../ui/button.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Facts, Panel } from '../../ui/panel.tsx';

export function LogState() {
  const { api, tenant } = useApi();
  const links = useLinks();
  const { held, failed } = useVerified(tenant);
  const query = useQuery({
    queryKey: [tenant, 'log'],
    queryFn: ({ signal }) => answerOf(api.GET('/v1/log', { signal })),
    staleTime: 60_000,
  });
  const verified =
    failed !== undefined ? (
      <Badge tone="bad" icon="warning">
        {failed.what}
      </Badge>
    ) : held === undefined ? (
      t.log.never
    ) : (
      `${held.what}, ${formatRelative(held.atMs)}`
    );
  return (
    <Panel title={t.log.title}>
      <Loaded query={query} rows={4} height={26}>
        {(log) => (
          <>
            <Facts
              rows={[
                [t.log.size, formatCount(log.size)],
                [
                  t.log.root,
                  <code key="root" className="block truncate" title={log.root}>
                    {log.root}
                  </code>,
                ],
                [t.log.verified, verified],
              ]}
            />
            <p className="px-3 pb-3">
              <Anchor href={`${links.page('integrity')}#verify`} className={buttonClass('plain')}>
                {t.log.verify}
              </Anchor>
            </p>
          </>
        )}
      </Loaded>
    </Panel>
  );
}
