// The fields that a query can ask about: one data table for the parser, the help, explanations and completion.

import { ACTOR_TYPES, ATTRIBUTIONS, CATEGORIES, OPERATIONS, OUTCOMES, SEVERITIES } from '../event/types.ts';

/** What a field holds; it decides which values and operators the field takes. */
export type FieldKind = 'text' | 'enum' | 'uuid' | 'path' | 'address' | 'time' | 'integer' | 'changed' | 'value' | 'has';

interface KindEntry {
  /** Whether `*` stands for any characters in a value. */
  readonly globs: boolean;
  /** Whether `>`, `>=`, `<`, `<=` and `a..b` are understood. */
  readonly ranges: boolean;
  /** What a value looks like, for error messages. */
  readonly expected: string;
}

export const KINDS: Readonly<Record<FieldKind, KindEntry>> = {
  text: { globs: true, ranges: false, expected: 'a value, such as maria, "Maria Silva" or mar*' },
  enum: { globs: true, ranges: false, expected: 'one of the words of the field' },
  uuid: { globs: false, ranges: false, expected: 'a UUID, such as 0197f0c2-6a52-7c1e-9b1a-5f2d3c4b5a69' },
  path: { globs: true, ranges: false, expected: 'a type, or a type and an id: bot or bot/bot_42' },
  address: { globs: false, ranges: false, expected: 'an IP address or a network, such as 203.0.113.77 or 203.0.113.0/24' },
  time: {
    globs: false,
    ranges: true,
    expected: 'a time, such as -24h, now, today, 2026-11, 2026-11-01, 2026-11-01T10:00 or 2026-11-01T10:00:00Z',
  },
  integer: { globs: false, ranges: true, expected: 'a whole number from 0 to 9007199254740991' },
  changed: { globs: true, ranges: false, expected: 'the name of a field, such as model or config.limits' },
  value: { globs: true, ranges: true, expected: 'a value, such as large-2, small*, >0.5 or 10..20' },
  has: { globs: false, ranges: false, expected: 'the name of a field, such as reason, ip or after.model' },
};

interface FieldEntry {
  readonly name: string;
  readonly kind: FieldKind;
  readonly help: string;
  /** Whether the name goes on with a path: before.model, meta.plan. */
  readonly paths?: true;
  /** The closed vocabulary of an enum. */
  readonly values?: readonly string[];
}

const TABLE = [
  { name: 'id', kind: 'uuid', help: 'The id of the event.' },
  { name: 'action', kind: 'text', help: 'What was done: bot.updated, or bot.* for everything about bots.' },
  { name: 'category', kind: 'enum', values: CATEGORIES, help: 'The kind of activity.' },
  { name: 'operation', kind: 'enum', values: OPERATIONS, help: 'The kind of change or use.' },
  { name: 'outcome', kind: 'enum', values: OUTCOMES, help: 'How it ended.' },
  { name: 'severity', kind: 'enum', values: SEVERITIES, help: 'How grave it is.' },
  { name: 'actor', kind: 'text', help: 'Who did it, by id, name or e-mail.' },
  { name: 'actor.id', kind: 'text', help: 'Who did it, by id alone.' },
  { name: 'actor.type', kind: 'enum', values: ACTOR_TYPES, help: 'What kind of party did it.' },
  { name: 'onbehalfof', kind: 'text', help: 'For whom it was done, by id, name or e-mail of any party of the chain.' },
  { name: 'attribution', kind: 'enum', values: ATTRIBUTIONS, help: 'How the server knows who did it.' },
  { name: 'resource', kind: 'path', help: 'What it was done to: bot/bot_42, or bot for every bot.' },
  { name: 'resource.id', kind: 'text', help: 'What it was done to, by id alone.' },
  { name: 'related', kind: 'path', help: 'Further resources that the event names: dataset/ds_7, or dataset.' },
  { name: 'ip', kind: 'address', help: 'From which address, or from which network.' },
  { name: 'country', kind: 'text', help: 'From which country, by its two letters.' },
  { name: 'session', kind: 'text', help: 'In which session, by id.' },
  { name: 'request', kind: 'text', help: 'In which request, by id.' },
  { name: 'trace', kind: 'text', help: 'In which trace, by id.' },
  { name: 'reason', kind: 'text', help: 'Why, in the words of the actor.' },
  { name: 'source', kind: 'text', help: 'How the event came here: the kind (api, postgres, ...) or the name of the source.' },
  { name: 'changed', kind: 'changed', help: 'A changed field: model, or config for everything below config.' },
  { name: 'before', kind: 'value', paths: true, help: 'What a field was before: before.model:small-1.' },
  { name: 'after', kind: 'value', paths: true, help: 'What a field became: after.temperature:>0.5.' },
  { name: 'meta', kind: 'value', paths: true, help: 'A value of the metadata: meta.plan:team.' },
  { name: 'has', kind: 'has', help: 'That the event has a field: has:reason, has:after.model.' },
  { name: 'tag', kind: 'text', help: 'A tag of the event, such as pci:10.2.1.2.' },
  { name: 'at', kind: 'time', help: 'When it happened: -24h, today, 2026-11, 2026-11-01..2026-11-07, 2026-11-01T09:00..-1h.' },
  { name: 'seq', kind: 'integer', help: 'Its place in the log: 7, >100, 100..200.' },
] as const satisfies readonly FieldEntry[];

export type FieldName = (typeof TABLE)[number]['name'];

/** A field as the table describes it. */
export interface Field extends FieldEntry {
  readonly name: FieldName;
}

/** Every field, in the order in which help and completion show them. */
export const FIELDS: readonly Field[] = TABLE;

const BY_NAME: ReadonlyMap<string, Field> = new Map(FIELDS.map((field) => [field.name, field]));

/** The field of that exact name. */
export function findField(name: string): Field | undefined {
  return BY_NAME.get(name);
}

/** A field as a query writes it: those of values go on with a path. */
export function fieldLabel({ name, paths }: Field): string {
  return paths === true ? `${name}.<path>` : name;
}

/** What a value of a field looks like, for error messages. */
export function expectedOf({ kind, values }: Field): string {
  return kind === 'enum' && values !== undefined ? `one of ${values.join(', ')}` : KINDS[kind].expected;
}

/** The fields that take comparisons and ranges, as queries write them. */
export const RANGE_FIELDS: readonly string[] = FIELDS.filter((field) => KINDS[field.kind].ranges).map(fieldLabel);
