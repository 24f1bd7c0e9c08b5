// The schemas of what is answered about one resource.

import { z } from 'zod';
import { actor, pageShape } from './event.ts';
import { jsonObject, named, seq, timestamp } from './values.ts';

const value = z.unknown().describe('Any JSON');
const names = z.array(z.string());
const eventId = z.string().meta({ format: 'uuid', description: 'The id of the event' });

const resource = z.object({ type: z.string(), id: z.string() });
const namedResource = resource.extend({ name: z.string().describe('The latest at that instant').exactOptional() });

const blameShape = { event: eventId, seq, at: timestamp, action: z.string(), actor: actor.exactOptional() };
const blame = named(
  'Blame',
  'By which event a value is known.',
  z.object({
    ...blameShape,
    observed: z
      .literal(true)
      .describe('The event says only that it was so: it was set then or earlier, by somebody who is not known')
      .exactOptional(),
  }),
);

const deltaShape = {
  field: z.string().describe('RFC 6901 pointer without its first slash'),
  before: value.exactOptional(),
  after: value.exactOptional(),
  kind: z.enum(['added', 'removed', 'changed']),
};

const doubt = named(
  'Doubt',
  'Why a state may not be what it was.',
  z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('gap'), from: timestamp, to: timestamp.exactOptional(), detail: z.string() }),
    z.object({ kind: z.literal('unrecorded_change'), fields: names, after: z.string(), before: z.string() }),
    z.object({ kind: z.literal('values_missing'), event: eventId, at: timestamp, action: z.string() }),
    z.object({ kind: z.literal('field_unknown'), field: z.string(), reason: z.string(), event: eventId }),
  ]),
);

const standing = z
  .enum(['unknown', 'absent', 'present', 'deleted'])
  .describe('unknown: nothing is known at that instant; absent: it was not there yet');
const headShape = {
  at: timestamp.describe('The instant that the state is of'),
  standing,
  doubts: z.array(doubt),
  last: blame.describe('The last event that tells something about it').exactOptional(),
  knownSince: z.string().describe('The id of the first event that the state rests on').exactOptional(),
  partial: z.literal(true).describe('A limit was met on the way back, or without searchedBackTo on the way forward').exactOptional(),
  searchedBackTo: timestamp.exactOptional(),
};
const stateShape = { resource: namedResource, ...headShape, values: jsonObject.describe('The values that are known') };

export const stateAnswer = named(
  'ResourceState',
  'A resource at an instant.',
  z.object({
    ...stateShape,
    fields: z
      .array(z.object({ field: deltaShape.field, value, setBy: blame.exactOptional() }))
      .describe('The same values leaf by leaf, with who set each; arrays are leaves'),
  }),
);

const version = z.object({
  ...blameShape,
  version: z.number().int().min(1).describe('From 1, the oldest; absent where too many are before it').exactOptional(),
  kind: z.enum(['created', 'observed', 'changed', 'deleted']),
  changes: z.array(z.object(deltaShape)),
});

export const resourceAnswer = named(
  'Resource',
  'A page of the events of a resource, with the versions that they made.',
  z.object({
    resource: resource.extend({ name: z.string().describe('The latest on this page').exactOptional() }),
    ...pageShape,
    versions: z.array(version),
    state: z.object(stateShape).describe('As it is now; on the first page').exactOptional(),
  }),
);

const operation = named(
  'PatchOperation',
  'One step of a JSON Patch (RFC 6902).',
  z.union([
    z.object({ op: z.enum(['test', 'add', 'replace']), path: z.string(), value }),
    z.object({ op: z.literal('remove'), path: z.string() }),
  ]),
);
const patchShape = {
  patch: z.array(operation),
  notRestorable: names.describe('Fields whose value the patch cannot bring: redacted, too large, or not to be had'),
};

export const compareAnswer = named(
  'ResourceComparison',
  'What differs between two instants, and the patch from the one to the other.',
  z.object({
    resource: namedResource,
    from: z.object(headShape),
    to: z.object(headShape),
    deltas: z.array(z.object({ ...deltaShape, setBy: blame.exactOptional() })),
    ...patchShape,
  }),
);

export const reverseAnswer = named(
  'ReverseChange',
  'How to undo one change.',
  z.object({
    resource,
    event: z.object({ id: eventId, seq, at: timestamp, action: z.string() }),
    kind: z.enum(['patch', 'remove', 'create']),
    ...patchShape,
    values: jsonObject.describe('Of a removal, what the resource was; left out where it is there again').exactOptional(),
    changedSince: names.describe(
      'Fields that were changed again since, or may have been: a patch leaves them out, a removal would lose them. The empty text: the resource was removed since, or made again',
    ),
  }),
);
