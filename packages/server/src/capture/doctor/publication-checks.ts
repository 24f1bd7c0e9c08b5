// Whether the publication is there, and whole.

import type { Catalog } from '../source/catalog.ts';
import { widening } from '../source/publication-plan.ts';
import { type Check, failed, fine, warning } from '../source/source-checks.ts';
import { namesOf } from '../source/source-record.ts';
import { ended, setupCommand } from './commands.ts';

const OPERATIONS = ['insert', 'update', 'delete', 'truncate'];

export function publicationChecks(catalog: Catalog, source: string): Check[] {
  const { publication } = catalog;
  const { publication: name } = namesOf(source);
  if (publication === undefined)
    return [
      failed('publication', `there is no publication ${name}`, 'setup makes it, with the identities of the tables', [setupCommand(source)]),
    ];
  const checks: Check[] = [fine('publication', `the publication ${name} is there`)];
  const missing = OPERATIONS.filter((operation) => !publication.operations.includes(operation));
  const settings = ended(widening({ ...publication, narrowed: [] }, name));
  if (missing.length > 0) checks.push(failed('operations', `the publication leaves out ${missing.join(', ')}`, 'as its owner', settings));
  if (!publication.viaRoot)
    checks.push(failed('partitions', "rows of partitions come under the partition's name", 'as the owner of the publication', settings));
  for (const table of publication.narrowed) {
    checks.push(
      failed(
        'column list',
        `${table} is published with a column list or a row filter, which hides changes and makes UPDATE fail`,
        'as the owner of the publication; in one transaction, or changes in between are lost',
        // One statement of the simple protocol is one transaction; here it is written out.
        ['BEGIN;', ...ended(widening({ ...publication, operations: OPERATIONS, viaRoot: true, narrowed: [table] }, name)), 'COMMIT;'],
      ),
    );
  }
  if (publication.allTables) {
    checks.push(
      warning(
        'all tables',
        'the publication is FOR ALL TABLES: an UPDATE of a new table without a primary key fails until its identity is set',
        'stop the server, drop the publication, and set the source up again: it is a gap of that time',
        [`DROP PUBLICATION "${name.replaceAll('"', '""')}";`, setupCommand(source)],
      ),
    );
  }
  return checks;
}
