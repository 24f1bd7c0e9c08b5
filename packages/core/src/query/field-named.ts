// From a name as it was written to a field and the path behind it. A name that is none is an error with the nearest one.

import { type Field, FIELDS, fieldLabel, findField } from './fields.ts';
import { invalid, shown } from './invalid.ts';
import { distanceTo, nearest } from './nearest.ts';
import { printPath, readPath } from './paths.ts';

const PATH_SHOWN_CHARS_MAX = 40;

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
    const expected = fieldLabel(parent);
    if (dot < 0) throw invalid(`${name} needs the path of a value: ${name}.model.`, position, expected, name);
    return { field: parent, path: pathBehind(parent, name.slice(dot + 1), position, name) };
  }
  const field = findField(name);
  if (field !== undefined) return { field };
  const expected = `one of ${FIELDS.map(fieldLabel).join(', ')}`;
  if (name === '') throw invalid("A field's name is missing.", position, expected);
  // What is left of a date and a time with a blank between them.
  const why = /^\d{1,2}$/.test(name) ? 'Between a date and a time stands a T: 2026-11-01T10:00.' : `The nearest is ${nearestField(name)}.`;
  throw invalid(`There is no field ${shown(name)}. ${why}`, position, expected, name);
}

function pathBehind(field: Field, text: string, position: number, name: string): string[] {
  const path = readPath(text);
  const expected = fieldLabel(field);
  if (path.includes('')) throw invalid(`A step of the path in ${shown(name)} is empty.`, position, expected, name);
  const isPointer = text.startsWith('/');
  if (isPointer || !text.includes('/')) return path;
  const [meant, literal] = [text.split(/[./]/).filter((step) => step !== ''), path].map((steps) => `${field.name}.${printPath(steps)}`);
  throw invalid(`Steps of a path are parted by dots: ${meant}. A name that holds a slash is written ${literal}.`, position, expected, name);
}

/** Of a field with a path, what stands before the first dot is compared, and the path is kept. */
function nearestField(name: string): string {
  const start = name.split('.', 1)[0] ?? '';
  const [plain = '', parent = ''] = [false, true].map((paths) =>
    nearest(
      paths ? start : name,
      FIELDS.filter((field) => (field.paths === true) === paths).map((field) => field.name),
    ),
  );
  if (distanceTo(name, plain) <= distanceTo(start, parent)) return plain;
  const path = name.slice(start.length + 1);
  return `${parent}.${path === '' || path.length > PATH_SHOWN_CHARS_MAX ? '<path>' : path}`;
}
