// The sentence about an event, as core tells it. What it names can be filtered by: each such part says field and value.

import { describe, type PartRole } from '@indelible/core/event';
import { quotedValue } from '@indelible/core/query';
import type { Event } from '../../api/queries.ts';

const LOOKS: Readonly<Record<PartRole, string>> = {
  actor: 'font-medium text-text',
  resource: 'font-medium text-text',
  field: 'mono text-text',
  value: 'text-text',
  verb: 'text-muted',
  plain: 'text-muted',
};

/** Which term finds what a part names; undefined where none does. */
export function termOfPart(event: Event, role: PartRole, text: string, nth: number): string | undefined {
  if (role === 'actor') {
    let party: Event['actor'] | NonNullable<Event['actor']['onBehalfOf']> | undefined = event.actor;
    for (let step = 0; step < nth; step++) party = party?.onBehalfOf;
    if (party?.id === undefined) return undefined;
    return `${nth === 0 ? 'actor.id' : 'onbehalfof'}:${quotedValue(party.id)}`;
  }
  if (role === 'resource' && event.resource !== undefined) {
    const { type, id } = event.resource;
    return `resource:${quotedValue(id === undefined ? type : `${type}/${id}`)}`;
  }
  return role === 'field' && event.change?.fields.includes(text) === true ? `changed:/${quotedField(text)}` : undefined;
}

function quotedField(field: string): string {
  return /^[\w/-]+$/.test(field) ? field : quotedValue(field);
}

/** Parts that can be filtered by say so by `data-term`; the list hears their clicks and keys. They are no buttons of HTML, which do not break between lines. */
export function Sentence({ event }: { readonly event: Event }) {
  const { parts } = describe(event as Parameters<typeof describe>[0]);
  const seen = new Map<PartRole, number>();
  return (
    <span>
      {parts.map(({ role, text }, place) => {
        const nth = seen.get(role) ?? 0;
        seen.set(role, nth + 1);
        const term = termOfPart(event, role, text, nth);
        const key = `${String(place)} ${role}`;
        return term === undefined ? (
          <span key={key} className={LOOKS[role]}>
            {text}
          </span>
        ) : (
          <span
            key={key}
            role="button"
            tabIndex={-1}
            data-term={term}
            data-text={text}
            className={`rounded hover:bg-accent-soft hover:underline ${LOOKS[role]}`}
          >
            {text}
          </span>
        );
      })}
    </span>
  );
}
