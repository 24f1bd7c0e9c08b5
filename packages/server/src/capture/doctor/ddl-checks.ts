// Whether the commands that change the schema are captured: by event triggers, where they may be made.

import type pg from 'pg';
import { ddlState } from '../ddl/ddl.ts';
import { type Check, fine, warning } from '../source/source-checks.ts';
import { ended, setupCommand } from './commands.ts';

/** A statement that is longer is the function itself: setup brings it. */
const COPIED_CHARS_MAX = 200;

export async function ddlChecks(source: pg.ClientBase, name: string): Promise<Check[]> {
  const { kind, found = '', statements } = await ddlState(source);
  const who = 'as a superuser, or the administrator that the provider gives you (rds_superuser, cloudsqlsuperuser and the like)';
  switch (kind) {
    case 'installed':
      return [fine('DDL', 'CREATE, ALTER and DROP are captured, and new tables from their first row')];
    case 'foreign':
      return [
        warning(
          'DDL',
          `CREATE, ALTER and DROP of tables are not captured by this trail: ${found}`,
          'find out whose it is, and drop it as its owner',
        ),
      ];
    case 'absent':
      return [
        warning(
          'DDL',
          `CREATE, ALTER and DROP of tables are not captured: ${found}`,
          `run setup once ${who}; where nobody may make event triggers, keep migrations under version control`,
          [setupCommand(name)],
        ),
      ];
    case 'incomplete': {
      const short = statements.every((statement) => statement.length <= COPIED_CHARS_MAX);
      return [
        warning('DDL', `not every CREATE, ALTER and DROP is captured: ${found}`, who, short ? ended(statements) : [setupCommand(name)]),
      ];
    }
  }
}
