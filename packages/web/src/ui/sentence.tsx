// What happened, in one sentence: who and what stand out, the words between do not.

import { describe, type Describable, type PartRole } from '@indelible/core/event';
import type { Event } from '../api/queries.ts';

const INK: Readonly<Record<PartRole, string>> = {
  actor: 'font-medium text-text',
  verb: 'text-text',
  field: 'font-medium text-text',
  resource: 'font-medium text-text',
  value: 'text-text',
  plain: 'text-muted',
};

/** @example <Sentence event={event} /> */
export function Sentence({ event }: { readonly event: Event }) {
  const { parts } = describe(event as Describable);
  return (
    <span className="break-words">
      {parts.map(({ text, role }, place) => (
        <span key={`${String(place)} ${text}`} className={INK[role]}>
          {text}
        </span>
      ))}
    </span>
  );
}
