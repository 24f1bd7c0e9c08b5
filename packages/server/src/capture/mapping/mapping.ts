// What a mapping file says, after it was read: per source, by table.

import type { JsonObject } from '@indelible/core';
import type { Path } from './place.ts';

/** What is said of one table; everything else follows from the catalog. */
export interface TableMapping {
  readonly type?: string;
  readonly id?: readonly string[];
  readonly name?: string;
  readonly tenant?: { readonly column: string } | { readonly fixed: string };
  readonly noise?: readonly string[];
  readonly redact?: readonly string[];
  readonly skip?: boolean;
}

/** What a mapping file says of one source. */
export interface SourceMapping {
  /** The SHA-256 of the whole file in hex; undefined when there is no file. */
  readonly sha256: string | undefined;
  readonly tenantColumns?: readonly string[];
  readonly noiseColumns?: readonly string[];
  /** By schema.table. */
  readonly tables: ReadonlyMap<string, TableMapping>;
  /** Where the file says it: "mapping.yaml:3:5". @param path from the table on: [], ['id'] */
  readonly place: (table: string, path?: Path) => string;
}

export interface Mapping {
  readonly sha256: string;
  readonly of: (source: string) => SourceMapping;
  /** The sources that the file names, each with its place. */
  readonly sources: ReadonlyMap<string, string>;
}

export const NO_MAPPING: SourceMapping = { sha256: undefined, tables: new Map(), place: () => '' };

/** The mapping as JSON: what is put on record, and what two of them are compared by. */
export function settingsOf({ tenantColumns, noiseColumns, tables }: SourceMapping): JsonObject {
  return {
    ...(tenantColumns === undefined ? {} : { tenantColumns }),
    ...(noiseColumns === undefined ? {} : { noiseColumns }),
    ...(tables.size === 0 ? {} : { tables: Object.fromEntries([...tables].map(([name, table]) => [name, { ...table }])) }),
  };
}
