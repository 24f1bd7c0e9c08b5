// Related resources: what its events name, and what the events are about that name it.

import { quotedValue } from '@indelible/core/query';
import { useQuery } from '@tanstack/react-query';
import { useApi } from '../../api/client.ts';
import type { Event } from '../../api/queries.ts';
import { useLinks } from '../../shell/links.ts';
import { resourceText as t } from '../../text/resource.ts';
import { Anchor } from '../../ui/anchor.tsx';
import { Panel } from '../../ui/panel.tsx';
import { pageOf } from '../overview/use-signals.ts';
import { aboutOf, namedBy, type Neighbour } from './related.ts';
import type { Subject } from './use-resource.ts';

const EVENTS_MAX = 100;
const SHOWN_MAX = 12;

export function RelatedPanel({ subject, events }: { readonly subject: Subject; readonly events: readonly Event[] }) {
  const { api, tenant } = useApi();
  const links = useLinks();
  const q = `related:${quotedValue(`${subject.type}/${subject.id}`)}`;
  const { data } = useQuery({
    queryKey: [tenant, 'resource', 'related', q],
    queryFn: ({ signal }) => pageOf({ api, signal }, q, EVENTS_MAX),
    staleTime: 60_000,
  });
  const named = namedBy(events);
  const naming = aboutOf(data?.events ?? [], subject);
  return (
    <Panel title={t.related.title} actions={<Anchor href={links.explore(q, 'all')}>{t.related.all}</Anchor>}>
      {named.length + naming.length === 0 ? <p className="px-3 py-2.5 text-muted">{t.related.none}</p> : null}
      <List neighbours={named} />
      {naming.length === 0 ? null : (
        <>
          <h3 className="border-y border-line bg-bg px-3 py-1 text-xs text-muted">{t.related.named}</h3>
          <List neighbours={naming} />
        </>
      )}
    </Panel>
  );
}

function List({ neighbours }: { readonly neighbours: readonly Neighbour[] }) {
  const links = useLinks();
  return (
    <ul className="divide-y divide-line">
      {neighbours.slice(0, SHOWN_MAX).map(({ type, id, name, relations }) => (
        <li key={`${type}/${id}`}>
          <Anchor
            href={links.resource(type, id)}
            className="flex min-h-[28px] flex-wrap items-baseline gap-x-2 px-3 py-1 -outline-offset-2 hover:bg-raised"
          >
            <span className="text-muted">
              {relations.length > 0 ? relations.map(t.related.relation).join(', ') : type.replaceAll('_', ' ')}
            </span>
            <span className="min-w-0 flex-1 break-words">{name ?? <code>{id}</code>}</span>
            {name === undefined ? <span className="text-xs text-muted">{type.replaceAll('_', ' ')}</span> : null}
          </Anchor>
        </li>
      ))}
    </ul>
  );
}
