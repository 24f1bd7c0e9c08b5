// A JSON Schema in words and rows, as the readable page shows it.

import { escape, prose } from './html.ts';
import type { JsonSchema } from './document.ts';

const COMPONENTS = '#/components/schemas/';
const ENUM_SHOWN_MAX = 14;

/** What a value is, on one line of HTML: "array of Event", "integer, 1 to 1000". */
export function typeText(schema: JsonSchema): string {
  const { $ref, enum: values, anyOf, oneOf, type, items, additionalProperties, format, contentEncoding } = schema;
  if (typeof $ref === 'string') return link($ref);
  if ('const' in schema) return `<code>${escape(JSON.stringify(schema['const']))}</code>`;
  if (Array.isArray(values)) return enumText(values);
  const several = anyOf ?? oneOf;
  if (Array.isArray(several)) return several.map((one: JsonSchema) => typeText(one)).join(' or ');
  if (type === 'array') return `array of ${isSchema(items) ? typeText(items) : 'any values'}`;
  if (type === 'object' && isSchema(additionalProperties) && !('properties' in schema)) {
    return Object.keys(additionalProperties).length === 0 ? 'object' : `object, each value ${typeText(additionalProperties)}`;
  }
  if (type === undefined) return 'any value';
  const name = typeof type === 'string' ? type : type.join(' or ');
  const kind = typeof format === 'string' ? format : typeof contentEncoding === 'string' ? contentEncoding : undefined;
  return escape([name, kind, bounds(schema)].filter((part) => part !== undefined).join(', '));
}

function link(reference: string): string {
  const name = reference.replace(COMPONENTS, '');
  return `<a href="#schema-${escape(name)}">${escape(name)}</a>`;
}

function enumText(values: readonly unknown[]): string {
  const shown = values.slice(0, ENUM_SHOWN_MAX).map((value) => `<code>${escape(String(value))}</code>`);
  return shown.join(', ') + (values.length > shown.length ? ` and ${values.length - shown.length} more` : '');
}

function bounds({ minimum, maximum, minLength, maxLength, maxItems, pattern }: JsonSchema): string | undefined {
  const parts: string[] = [];
  // A bound of the number format itself says nothing.
  const most = maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum;
  if (minimum !== undefined && most !== undefined) parts.push(`${minimum} to ${most}`);
  else if (minimum !== undefined && minimum !== Number.MIN_SAFE_INTEGER) parts.push(`from ${minimum}`);
  else if (most !== undefined) parts.push(`at most ${most}`);
  if (minLength !== undefined && maxLength !== undefined) parts.push(`${minLength} to ${maxLength} characters`);
  else if (maxLength !== undefined) parts.push(`at most ${maxLength} characters`);
  if (maxItems !== undefined) parts.push(`at most ${maxItems}`);
  if (typeof pattern === 'string') parts.push(`matching ${pattern}`);
  return parts.length === 0 ? undefined : parts.join(', ');
}

/** The rows of a table: each property, those of objects below it with their path. */
export function propertyRows(schema: JsonSchema, prefix = ''): string[] {
  const several = schema['anyOf'] ?? schema['oneOf'];
  if (Array.isArray(several)) return several.flatMap((one: JsonSchema) => propertyRows(one, prefix));
  if (schema['type'] === 'array' && isSchema(schema['items'])) return propertyRows(schema['items'], `${prefix}[]`);
  const { properties, required, additionalProperties } = schema;
  if (!isSchema(properties)) {
    return isSchema(additionalProperties) && 'properties' in additionalProperties ? propertyRows(additionalProperties, `${prefix}.*`) : [];
  }
  const needed = new Set(Array.isArray(required) ? required : []);
  return Object.entries(properties).flatMap(([name, property]) => {
    if (!isSchema(property)) return [];
    const path = prefix === '' ? name : `${prefix}.${name}`;
    return [row(path, property, needed.has(name)), ...propertyRows(property, path)];
  });
}

/** One row of a table: a name, what its value is, and what it is for. */
export function row(name: string, schema: JsonSchema, required: boolean, description = schema['description']): string {
  const said = typeof description === 'string' ? prose(description) : '';
  const examples = Array.isArray(schema['examples'])
    ? schema['examples'].map((value) => `<code>${escape(String(value))}</code>`).join(', ')
    : '';
  const example = examples === '' ? '' : ` <span class="quiet">For example ${examples}</span>`;
  const more = isSchema(schema['externalDocs']) ? ` ${linkTo(schema['externalDocs'])}` : '';
  return `<tr><td><code>${escape(name)}</code>${required ? ' <span class="quiet">required</span>' : ''}</td><td class="type">${typeText(schema)}</td><td>${said}${example}${more}</td></tr>`;
}

/** To another place of the same page, for all that is documented stands on it. */
function linkTo({ url, description }: JsonSchema): string {
  return `<a href="${escape(String(url).replace('/docs', ''))}">${escape(String(description))}</a>`;
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
