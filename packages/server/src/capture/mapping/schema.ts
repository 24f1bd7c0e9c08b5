// What a mapping file may say, as one schema: it checks the file, and docs/mapping.schema.json is made from it.

import { TYPE_NAME } from '@indelible/core';
import * as z from 'zod';

const column = z.string().min(1, 'expected the name of a column').max(63, 'expected the name of a column, at most 63 characters');
const columns = z.array(column).min(1, 'expected at least one column');

const TENANT_EXPECTED = 'expected the name of a column, none, {column: ...} or {fixed: ...}';
const COLUMNS_EXPECTED = 'expected the name of a column, or a list of names';

const table = z.strictObject({
  type: z
    .string()
    .regex(TYPE_NAME, 'expected a name of a to z, 0 to 9 and _, at most 64 characters')
    .describe('The resource type. By default the name of the table, singular, in snake_case.')
    .exactOptional(),
  id: z
    .union([column, columns], { error: COLUMNS_EXPECTED })
    .describe('The column, or columns, of the resource id. By default the primary key.')
    .exactOptional(),
  name: column.describe('The column of the display name. By default the first of name, title, label, email, slug.').exactOptional(),
  tenant: z
    .union(
      [
        column,
        z.strictObject({ column: column.describe('The column whose value is the tenant.') }),
        z.strictObject({
          fixed: z
            .string()
            .regex(/^[^_\p{Cc}][^\p{Cc}]{0,255}$/u, 'expected a tenant of 1 to 256 characters that does not begin with _')
            .describe('One tenant for all rows; not one that begins with _.'),
        }),
      ],
      { error: TENANT_EXPECTED },
    )
    .describe('The column whose value is the tenant; none: the rows belong to no tenant and go to "default"; or one tenant for all rows.')
    .exactOptional(),
  noise: columns.describe('Columns whose changes alone make no event, besides noiseColumns.').exactOptional(),
  redact: columns
    .describe('Columns whose values never enter the trail, besides those that are found to be secrets by their names.')
    .exactOptional(),
  skip: z.boolean('expected true or false').describe('true: changes of this table make no events.').exactOptional(),
});

const section = {
  tenantColumns: columns
    .describe('Names of columns that name the tenant, the weightiest first, in snake_case. In place of the built-in list.')
    .exactOptional(),
  noiseColumns: z
    .array(column)
    .describe('Names of columns whose changes alone make no event, in snake_case. In place of the built-in list.')
    .exactOptional(),
  tables: z.record(z.string().min(1), table).describe('By table: schema.table, or table in the schema public.').exactOptional(),
};

export const MAPPING_SCHEMA = z.strictObject({
  ...section,
  sources: z
    .record(z.string().regex(/^[a-z0-9_-]{1,50}$/, 'expected the name of a source: a to z, 0 to 9, _ and -'), z.strictObject(section))
    .describe('The same for single sources, by name. What stands here goes before what stands above.')
    .exactOptional(),
});

export type MappingContent = z.infer<typeof MAPPING_SCHEMA>;

/** The JSON Schema of a mapping file, for editors; what docs/mapping.schema.json holds. */
export function mappingJsonSchema(): object {
  return { title: 'Indelible capture mapping', ...z.toJSONSchema(MAPPING_SCHEMA) };
}
