// Who, from where, why, how: the parts of an event besides its change, each value with what one can do with it.

import type { Party, RelatedResource } from '@indelible/core/event';
import type { Event } from '../../api/queries.ts';
import { useLinks } from '../../shell/links.ts';
import { eventText } from '../../text/event.ts';
import { Badge } from '../../ui/badge.tsx';
import { Anchor } from '../../ui/anchor.tsx';
import { Time } from '../../ui/time.tsx';
import { Fact, Facts, Section } from './section.tsx';
import { Value } from './value.tsx';
import type { Found } from './terms.ts';

const { labels } = eventText;

/** Everything but the change and the proof. @param withheld sections that the log commits to and that are not there any more */
export function EventFacts({ event, withheld }: { readonly event: Event; readonly withheld: readonly string[] }) {
  return (
    <>
      {withheld.length === 0 ? null : (
        <ul className="panel space-y-0.5 px-3 py-2 text-muted">
          {withheld.map((section) => (
            <li key={section}>{eventText.cleared(section)}</li>
          ))}
        </ul>
      )}
      <Who event={event} />
      <Where event={event} />
      <Section title={eventText.why}>
        {event.context?.reason === undefined ? (
          <p className="text-muted">{eventText.noReason}</p>
        ) : (
          <Plain text={event.context.reason} found={{ field: 'reason', value: event.context.reason }} />
        )}
      </Section>
      <How event={event} />
      <Related event={event} />
      <More event={event} />
    </>
  );
}

function Plain({ text, found, mono = false }: { readonly text: string; readonly found?: Found; readonly mono?: boolean }) {
  return (
    <Value text={text} found={found}>
      {mono ? <code>{text}</code> : text}
    </Value>
  );
}

function Who({ event }: { readonly event: Event }) {
  // After erasure an event may have no actor at all.
  const actor = event.actor as Event['actor'] | undefined;
  if (actor === undefined) return null;
  const { authMethod } = event.context ?? {};
  return (
    <Section title={eventText.who}>
      <Facts>
        <Fact label={labels.actor}>
          <PartyView party={actor} />
        </Fact>
        {behalfOf(actor).map((party) => (
          <Fact key={`${party.type} ${party.id ?? party.name ?? ''}`} label={labels.onBehalfOf}>
            <PartyView party={party} isBehalf />
          </Fact>
        ))}
        <AttributionFact attribution={actor.attribution} />
        {authMethod === undefined ? null : <Fact label={labels.authMethod}>{authMethod}</Fact>}
        {event.resource === undefined ? null : (
          <Fact label={labels.resource}>
            <ResourceView resource={event.resource} field="resource" />
          </Fact>
        )}
      </Facts>
    </Section>
  );
}

const ATTRIBUTION_LOOKS = {
  verified: { tone: 'good', icon: 'check' },
  asserted: { tone: 'neutral', icon: 'person' },
  none: { tone: 'warn', icon: 'warning' },
} as const;

/** Nothing after erasure: how the server knew goes with the actor. */
function AttributionFact({ attribution }: { readonly attribution: Event['actor']['attribution'] | undefined }) {
  if (attribution === undefined) return null;
  return (
    <Fact label={labels.attribution}>
      <Badge {...ATTRIBUTION_LOOKS[attribution]}>{eventText.attributions[attribution]}</Badge>{' '}
      <span className="text-muted">{eventText.attributionSays[attribution]}</span>
    </Fact>
  );
}

function behalfOf(party: Party): Party[] {
  return party.onBehalfOf === undefined ? [] : [party.onBehalfOf, ...behalfOf(party.onBehalfOf)];
}

function PartyView({ party, isBehalf = false }: { readonly party: Party; readonly isBehalf?: boolean }) {
  const links = useLinks();
  const text = party.id ?? party.name ?? party.email ?? party.type;
  const field = isBehalf ? 'onbehalfof' : party.id === undefined ? 'actor' : 'actor.id';
  const href = party.id === undefined ? undefined : links.actor(party.id);
  const name = party.name ?? party.email ?? party.id ?? party.type;
  return (
    <Value text={text} found={text === party.type ? { field: 'actor.type', value: text } : { field, value: text }} href={href}>
      {href === undefined ? name : <Anchor href={href}>{name}</Anchor>}
      <span className="text-muted">
        {' '}
        {party.type}
        {party.id === undefined || party.id === name ? '' : ' '}
        {party.id === undefined || party.id === name ? null : <code>{party.id}</code>}
        {party.email === undefined || party.email === name ? '' : ` ${party.email}`}
      </span>
    </Value>
  );
}

function ResourceView({ resource, field }: { readonly resource: RelatedResource; readonly field: 'resource' | 'related' }) {
  const links = useLinks();
  const { type, id, name } = resource;
  const href = id === undefined ? undefined : links.resource(type, id);
  const shown = name ?? id ?? type;
  return (
    <Value text={id ?? shown} found={id === undefined ? undefined : { field, type, value: id }} href={href}>
      {href === undefined ? shown : <Anchor href={href}>{shown}</Anchor>}
      <span className="text-muted">
        {' '}
        {type}
        {id === undefined || id === shown ? '' : ' '}
        {id === undefined || id === shown ? null : <code>{id}</code>}
      </span>
    </Value>
  );
}

function Where({ event: { context = {} } }: { readonly event: Event }) {
  const { ip, location, userAgent, sessionId, requestId, traceId, spanId, route } = context;
  const place = [location?.city, location?.country].filter((part) => part !== undefined).join(', ');
  if ([ip, userAgent, sessionId, requestId, traceId, route].every((part) => part === undefined) && place === '') return null;
  return (
    <Section title={eventText.where}>
      <Facts>
        {ip === undefined ? null : (
          <Fact label={labels.ip}>
            <Plain text={ip} found={{ field: 'ip', value: ip }} mono />
          </Fact>
        )}
        {place === '' ? null : (
          <Fact label={labels.location}>
            <Value text={place} found={location?.country === undefined ? undefined : { field: 'country', value: location.country }}>
              {place}
            </Value>
          </Fact>
        )}
        {route === undefined ? null : (
          <Fact label={labels.route}>
            <code>{route}</code>
          </Fact>
        )}
        {userAgent === undefined ? null : <Fact label={labels.userAgent}>{userAgent}</Fact>}
        {sessionId === undefined ? null : (
          <Fact label={labels.sessionId}>
            <Plain text={sessionId} found={{ field: 'session', value: sessionId }} mono />
          </Fact>
        )}
        {requestId === undefined ? null : (
          <Fact label={labels.requestId}>
            <Plain text={requestId} found={{ field: 'request', value: requestId }} mono />
          </Fact>
        )}
        {traceId === undefined ? null : (
          <Fact label={labels.traceId}>
            <Plain text={traceId} found={{ field: 'trace', value: traceId }} mono />
          </Fact>
        )}
        {spanId === undefined ? null : (
          <Fact label={labels.spanId}>
            <code>{spanId}</code>
          </Fact>
        )}
      </Facts>
    </Section>
  );
}

function How({ event }: { readonly event: Event }) {
  const source = event.source as Event['source'] | undefined;
  return (
    <Section title={eventText.how}>
      <Facts>
        {source === undefined ? null : (
          <Fact label={labels.source}>
            <Value text={source.name ?? source.kind} found={{ field: 'source', value: source.name ?? source.kind }}>
              {eventText.sources[source.kind]}
              {source.name === undefined ? '' : ' '}
              {source.name === undefined ? null : <code>{source.name}</code>}
            </Value>
          </Fact>
        )}
        {source?.transaction === undefined ? null : (
          <Fact label={labels.transaction}>
            <code>{source.transaction}</code>
          </Fact>
        )}
        {source?.position === undefined ? null : (
          <Fact label={labels.position}>
            <code>{source.position}</code>
          </Fact>
        )}
        <Fact label={labels.occurredAt}>
          <Time at={event.occurredAt} />
        </Fact>
        <Fact label={labels.recordedAt}>
          <Time at={event.recordedAt} />
        </Fact>
      </Facts>
    </Section>
  );
}

function Related({ event: { related = [] } }: { readonly event: Event }) {
  if (related.length === 0) return null;
  return (
    <Section title={eventText.related}>
      <Facts>
        {related.map((resource) => (
          <Fact
            key={`${resource.relation ?? ''} ${resource.type} ${resource.id ?? resource.name ?? ''}`}
            label={resource.relation ?? resource.type}
          >
            <ResourceView resource={resource} field="related" />
          </Fact>
        ))}
      </Facts>
    </Section>
  );
}

function More({ event }: { readonly event: Event }) {
  const metadata = Object.entries(event.metadata ?? {});
  return (
    <Section title={eventText.more}>
      <Facts>
        {event.error === undefined ? null : (
          <Fact label={labels.error}>{[event.error.code, event.error.message].filter(Boolean).join(': ')}</Fact>
        )}
        <Fact label={labels.action}>
          <Plain text={event.action} found={{ field: 'action', value: event.action }} mono />
        </Fact>
        <Fact label={labels.category}>
          <Plain text={event.category} found={{ field: 'category', value: event.category }} />
        </Fact>
        <Fact label={labels.severity}>
          <Plain text={event.severity} found={{ field: 'severity', value: event.severity }} />
        </Fact>
        {event.tags === undefined ? null : (
          <Fact label={labels.tags}>
            {event.tags.map((tag) => (
              <span key={tag} className="mr-2">
                <Plain text={tag} found={{ field: 'tag', value: tag }} />
              </span>
            ))}
          </Fact>
        )}
        {metadata.map(([name, value]) => {
          const text = typeof value === 'string' ? value : JSON.stringify(value);
          const isPlain = typeof value !== 'object' && text !== '';
          return (
            <Fact key={name} label={name}>
              {isPlain ? <Plain text={text} found={{ field: 'meta', path: [name], value: text }} /> : <code>{text}</code>}
            </Fact>
          );
        })}
        <Fact label={labels.id}>
          <Plain text={event.id} found={{ field: 'id', value: event.id }} mono />
        </Fact>
      </Facts>
    </Section>
  );
}
