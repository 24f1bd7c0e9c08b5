// The maps of the last look at the catalog: made again only when a table or the mapping is another one. The catalog is
// read every ten seconds and hardly ever says anything new.

import { createHash } from 'node:crypto';
import type { Catalog } from '../source/catalog.ts';
import type { SourceMapping } from '../mapping/mapping.ts';
import type { ResourceMap } from './resource-map.ts';

export class LastMaps {
  #last: { readonly digest: string; readonly mapping: SourceMapping; readonly maps: ResourceMap } | undefined;

  /** @param make makes them of this catalog and this mapping, and of nothing else that changes */
  of(catalog: Catalog, mapping: SourceMapping, make: () => ResourceMap): ResourceMap {
    const digest = digestOf(catalog);
    if (this.#last?.digest !== digest || this.#last.mapping !== mapping) this.#last = { digest, mapping, maps: make() };
    return this.#last.maps;
  }
}

function digestOf({ version, tables }: Catalog): string {
  const hash = createHash('sha256').update(String(version));
  // A table at a time, so that no text of all of them is made.
  for (const table of tables.values()) hash.update(JSON.stringify(table));
  return hash.digest('base64');
}
