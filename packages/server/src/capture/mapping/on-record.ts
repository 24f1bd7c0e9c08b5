// Commands fill the tenant map too. Run without the mapping that the server works by, they would fill it by other rules.

import type pg from 'pg';
import { Failure, type JsonObject } from '@indelible/core';
import { NO_MAPPING, type SourceMapping } from './mapping.ts';
import { differencesOf } from './record.ts';

export interface MappingChoice {
  readonly mapping?: () => SourceMapping;
  /** The caller has named this mapping for this purpose: it may be another than the one on record. */
  readonly mappingChosen?: boolean;
}

/**
 * @throws Failure `capture_invalid` when the source was captured by another mapping, and this one was not chosen
 * @example
 * await mustBeOnRecord(appender, 'shop', { mapping: () => mapping });
 */
export async function mustBeOnRecord(appender: pg.Pool, name: string, { mapping, mappingChosen }: MappingChoice): Promise<void> {
  if (mappingChosen === true) return;
  const answer = await appender.query<{ mapping: JsonObject }>('select mapping from indelible.capture_source where name = $1', [name]);
  const fields = differencesOf(answer.rows[0]?.mapping ?? {}, mapping?.() ?? NO_MAPPING);
  if (fields.length === 0) return;
  throw new Failure(
    'capture_invalid',
    `${name} was captured by another mapping than this command would use (they differ in ${fields.slice(0, 5).join(', ')}). ` +
      `Run it with the server's INDELIBLE_CAPTURE_MAPPING, or name the file that is to be used: --mapping <file>`,
  );
}
