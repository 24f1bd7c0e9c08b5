// From a name as it was written to a field and the path behind it. A name that is none is an error with the nearest one.

import { type Field, FIELDS, findField } from './fields.ts';
import { invalid, shown } from './invalid.ts';
import { nearest } from './nearest.ts';
import { readPath } from './paths.ts';

export interface NamedField {
  readonly field: Field;
  readonly path?: readonly string[];
}

/**
 * @param name what stands before the colon: "actor", "after.config.limits"
 * @param position where it begins in the query, for the Failure
 */
export function fieldNamed(name: string, position: number): NamedField {
  const dot = name.indexOf('.');
  const parent = findField(dot < 0 ? name : name.slice(0, dot));
  if (parent?.paths === true) {
    const path = dot < 0 ? undefined : readPath(name.slice(dot + 1));
    if (path === undefined) {
      throw invalid(`${parent.name} needs the path of a value: ${parent.name}.model.`, position, `${parent.name}.<path>`, name);
    }
    return { field: parent, path };
  }
  const field = findField(name);
  if (field !== undefined) return { field };
  const names = FIELDS.map((known) => (known.paths === true ? `${known.name}.<path>` : known.name));
  const expected = `one of ${names.join(', ')}`;
  if (name === '') throw invalid("A field's name is missing.", position, expected);
  const plain = FIELDS.filter((known) => known.paths !== true).map((known) => known.name);
  throw invalid(`There is no field ${shown(name)}. The nearest is ${nearest(name, plain)}.`, position, expected, name);
}
