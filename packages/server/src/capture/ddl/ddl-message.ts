// What the function in the source says about a DDL command. Any role of the source can send such a message, so nothing in
// it is believed beyond its shape.

import { z } from 'zod';
import { CAPTURE_DDL_MESSAGE_BYTES_MAX } from '../../limits.ts';

/** The prefix of the logical messages that capture/ddl/ddl.sql emits. */
export const DDL_PREFIX = 'indelible.ddl';

const optional = z.string().nullish();

const names = z.array(z.string());

/** A table as it is after the command; columns as [number, name, type, whether it is NOT NULL, how it is generated]. */
const SHAPE = z.object({
  oid: z.int().positive(),
  schema: z.string(),
  name: z.string(),
  partitioned: z.boolean(),
  root: z.int().positive().nullable(),
  columns: z.array(z.tuple([z.int().positive(), z.string(), z.int(), z.boolean(), z.string()])),
  primaryKey: names,
  foreignKeys: z.array(z.object({ target: z.int(), columns: names, targetColumns: names })),
});

export type ToldShape = z.infer<typeof SHAPE>;

const MESSAGE = z.object({
  v: z.literal(1),
  event: z.enum(['ddl_command_end', 'sql_drop', 'table_rewrite']),
  /** For example CREATE TABLE. */
  tag: z.string().min(1),
  /** As PostgreSQL names the kind of object: "table", "table column", "user mapping". */
  type: optional,
  schema: optional,
  name: optional,
  identity: optional,
  statement: optional,
  /** Whether the statement is the beginning of a longer text, and how long that is with its secrets. */
  cut: z.boolean().nullish(),
  statementChars: z.int().nullish(),
  role: optional,
  sessionRole: optional,
  application: optional,
  /** How many objects the command has; only the first 1,000 are told of. */
  objects: z.int().nullish(),
  /** Dropped because another object was. */
  cascaded: z.boolean().nullish(),
  /** Bits of pg_event_trigger_table_rewrite_reason(). */
  reason: z.int().nullish(),
  covered: z.array(z.object({ table: z.string(), rowsBefore: z.boolean().nullish() })).nullish(),
  uncovered: z.array(z.object({ table: z.string(), why: z.string() })).nullish(),
  /** Why the function could say no more than this. */
  lost: optional,
  shape: SHAPE.nullish().catch(undefined),
});

export type DdlMessage = z.infer<typeof MESSAGE>;

/** @returns undefined for anything that the function cannot have sent */
export function readDdl(text: string): DdlMessage | undefined {
  if (Buffer.byteLength(text) > CAPTURE_DDL_MESSAGE_BYTES_MAX) return undefined;
  try {
    return MESSAGE.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
