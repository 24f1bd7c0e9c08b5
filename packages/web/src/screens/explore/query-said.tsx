// Below the query bar: the query in words, or what is wrong with it and where.

import { Failure } from '@indelible/core';
import { explain, parse } from '@indelible/core/query';
import { t } from '../../text/en.ts';
import { formatZone } from '../../text/format.ts';

/** @param asked query and range as one; undefined while the query cannot be read */
export function QuerySaid({ asked, fault, zone }: { readonly asked: string | undefined; readonly fault: unknown; readonly zone: string }) {
  if (asked !== undefined)
    return (
      <p id="query-said" className="truncate px-3 text-xs text-muted" title={explain(parse(asked), zone)}>
        {explain(parse(asked), formatZone(zone))}
      </p>
    );
  const { message, details } = fault instanceof Failure ? fault : { message: String(fault), details: {} };
  const { position, expected } = details;
  return (
    <p id="query-said" role="alert" className="px-3 text-xs text-bad">
      {position === undefined ? '' : t.explore.faultAt(String(position + 1))}
      {message}
      {expected === undefined ? '' : t.explore.expected(expected)}
    </p>
  );
}
