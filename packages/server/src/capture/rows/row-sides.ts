// Who is told what of a row change. A row that goes from one tenant to another was never both tenants': the one that it left
// is told what it was, the one that it came to what it is, and neither sees a value, a name or a reference of the other's.

import { DEFAULT_TENANT } from '../tenants/tenant-map.ts';
import type { RowImages } from './row-image.ts';

export interface Side {
  /** The log that the event goes to. */
  readonly tenant: string;
  /** False when it goes there for want of a better one. */
  readonly known: boolean;
  /** The row as far as it is this tenant's. */
  readonly images: RowImages;
}

/**
 * @param before the tenant of the row as it was; undefined: not known
 * @param after the tenant of the row as it is
 * @example sidesOf(images, 'a', 'b').map(({ tenant }) => tenant) // ['b', 'a']
 */
export function sidesOf(images: RowImages, before: string | undefined, after: string | undefined): Side[] {
  if (images.before === undefined || images.after === undefined)
    return [sideOf(images.after === undefined && images.before !== undefined ? before : after, images)];
  const now = sideOf(after, images);
  const then = sideOf(before, images);
  if (now.tenant === then.tenant) return [now];
  // Nothing is missing in what is left out: the side that is there is whole.
  return [
    { ...now, images: { ...images, before: undefined, wholeBefore: true } },
    { ...then, images: { ...images, after: undefined } },
  ];
}

/** A change that says nothing of single rows, told to each tenant that had some; undefined: to those that are not known. */
export function toldTo(tenants: ReadonlySet<string | undefined>, images: RowImages): Side[] {
  const sides = new Map([...tenants].map((tenant) => [tenant ?? DEFAULT_TENANT, sideOf(tenant, images)]));
  return [...sides.values()];
}

function sideOf(tenant: string | undefined, images: RowImages): Side {
  return { tenant: tenant ?? DEFAULT_TENANT, known: tenant !== undefined, images };
}
