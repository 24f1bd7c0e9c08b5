// RFC 8785, the JSON Canonicalization Scheme: one value, one text. Keys are put in order while writing; no object is
// rebuilt, because integer-like keys and "__proto__" do not survive that.

/** Deeper values are refused, so that a hostile text ends in an error and not in a full stack. */
const DEPTH_MAX = 256;
/** Below this many keys an insertion sort is faster than Array.prototype.sort. */
const FEW_KEYS = 24;
/** Anything that JSON escapes, and every surrogate, paired or not. */
const NOT_PLAIN = /[^ !#-[\]-\ud7ff\ue000-\uffff]/;

/**
 * The canonical text of a JSON value.
 *
 * Takes null, booleans, finite numbers, well-formed strings, dense arrays and plain objects (prototype Object.prototype
 * or null) of such values. Everything else is refused rather than dropped or converted: undefined, holes, functions,
 * symbols (also as keys), BigInt, NaN, infinities, lone surrogates, Date, Map and other class instances. `toJSON` is never called.
 *
 * @throws {TypeError} for a value that has no canonical form, or that is nested deeper than 256 levels
 * @example canonical({ b: 1e3, a: 'ß' }) === '{"a":"ß","b":1000}'
 * @see https://www.rfc-editor.org/rfc/rfc8785
 */
export function canonical(value: unknown): string {
  return write(value, 0);
}

function write(value: unknown, depth: number): string {
  switch (typeof value) {
    case 'string':
      return quote(value);
    case 'number':
      if (!Number.isFinite(value)) throw new TypeError(`${value} has no canonical form`);
      // ECMAScript's own conversion is the one that RFC 8785 prescribes; it writes -0 as 0.
      return `${value}`;
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      if (value === null) return 'null';
      if (depth === DEPTH_MAX) throw new TypeError(`a value nested deeper than ${DEPTH_MAX} levels has no canonical form`);
      return Array.isArray(value) ? writeArray(value, depth + 1) : writeObject(value as Record<string, unknown>, depth + 1);
    default:
      throw new TypeError(`${typeof value} has no canonical form`);
  }
}

function writeArray(array: readonly unknown[], depth: number): string {
  if (Object.getPrototypeOf(array) !== Array.prototype) throw new TypeError('an instance of a class has no canonical form');
  let text = '[';
  for (let index = 0; index < array.length; index++) {
    if (index > 0) text += ',';
    text += write(array[index], depth);
  }
  return `${text}]`;
}

function writeObject(object: Record<string, unknown>, depth: number): string {
  const prototype: unknown = Object.getPrototypeOf(object);
  if (prototype !== Object.prototype && prototype !== null) throw new TypeError('an instance of a class has no canonical form');
  if (Object.getOwnPropertySymbols(object).length > 0) throw new TypeError('a symbol has no canonical form');
  const keys = sortKeys(Object.keys(object));
  let text = '{';
  for (let index = 0; index < keys.length; index++) {
    const key = keys[index] as string;
    if (index > 0) text += ',';
    text += `${quote(key)}:${write(object[key], depth)}`;
  }
  return `${text}}`;
}

/** Sorts in place by UTF-16 code units, which is how ECMAScript compares strings. */
function sortKeys(keys: string[]): string[] {
  if (keys.length > FEW_KEYS) return keys.sort();
  for (let index = 1; index < keys.length; index++) {
    const key = keys[index] as string;
    let at = index;
    for (; at > 0 && (keys[at - 1] as string) > key; at--) keys[at] = keys[at - 1] as string;
    keys[at] = key;
  }
  return keys;
}

function quote(text: string): string {
  if (!NOT_PLAIN.test(text)) return `"${text}"`;
  if (!text.isWellFormed()) throw new TypeError('a text with a lone surrogate has no canonical form');
  return JSON.stringify(text);
}
