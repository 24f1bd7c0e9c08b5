// What a view asks for, in a line: the query and the time.

import { viewsText as v } from '../text/views.ts';
import type { Asked } from './queries.ts';

export function AskedOf({ asked: { query, range } }: { readonly asked: Asked }) {
  return (
    <>
      {query === '' ? v.everyEvent : <code className="break-all">{query}</code>}
      {' · '}
      {range === undefined || range === 'all' ? v.anyTime : <code>{range}</code>}
    </>
  );
}
