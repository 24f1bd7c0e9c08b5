// Reads a mapping file: YAML, checked against the schema, every fault with its line and column; then the part of each source.

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Failure, nearest } from '@indelible/core';
import { type Document, LineCounter, parseDocument } from 'yaml';
import type * as z from 'zod';
import { CAPTURE_MAPPING_BYTES_MAX } from '../../limits.ts';
import { snakeCase } from '../tables/table-words.ts';
import { DEFAULT_TENANT } from '../tenants/tenant-map.ts';
import type { Mapping, SourceMapping, TableMapping } from './mapping.ts';
import { type Path, placeAt, placeOf } from './place.ts';
import { MAPPING_SCHEMA, type MappingContent } from './schema.ts';

/** @throws Failure `config_invalid` with every fault as file:line:column */
export async function readMapping(file: string): Promise<Mapping> {
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    const detail = `the mapping file ${file} cannot be read (${cause.code ?? cause.message}); mend the path, or unset INDELIBLE_CAPTURE_MAPPING`;
    throw new Failure('config_invalid', detail, {}, { cause });
  });
  return parseMapping(text, file);
}

/**
 * @param file what places are told by
 * @throws Failure `config_invalid` with every fault as file:line:column
 * @example parseMapping('tables: {sessions: {skip: true}}', 'mapping.yaml').of('app').tables.get('public.sessions') // {skip: true}
 */
export function parseMapping(text: string, file: string): Mapping {
  const lines = new LineCounter();
  const at = (place: string, message: string) => ({ pointer: `${file}:${place}`, message });
  const refuse = (faults: readonly { pointer: string; message: string }[]): never => {
    throw new Failure('config_invalid', faults.map(({ pointer, message }) => `${pointer}: ${message}`).join('\n'), { faults });
  };
  if (Buffer.byteLength(text) > CAPTURE_MAPPING_BYTES_MAX)
    refuse([at('1:1', `the file is larger than ${CAPTURE_MAPPING_BYTES_MAX} bytes`)]);
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const broken = [...document.errors, ...document.warnings];
  if (broken.length > 0) refuse(broken.map((error) => at(placeAt(lines, error.pos[0]), error.message)));
  // An empty file is more often one that is being written than one that shall mean nothing.
  if (document.contents === null) refuse([at('1:1', 'the file is empty; write "tables: {}" when nothing is to be mapped')]);
  const parsed = MAPPING_SCHEMA.safeParse(valueOf(document, (message) => refuse([at('1:1', message)])));
  if (!parsed.success) {
    return refuse(
      parsed.error.issues.flatMap((issue) => faultsOf(issue).map(({ path, message }) => at(placeOf(document, lines, path), message))),
    );
  }
  const place = (path: Path): string => `${file}:${placeOf(document, lines, path)}`;
  const twice = [[], ...Object.keys(parsed.data.sources ?? {}).map((name) => ['sources', name])].flatMap((path) =>
    namedTwice(parsed.data, path),
  );
  if (twice.length > 0) refuse(twice.map(({ path, message }) => at(placeOf(document, lines, path), message)));
  const sha256 = createHash('sha256').update(text).digest('hex');
  return {
    sha256,
    of: (source) => sourceMapping(parsed.data, source, sha256, place),
    sources: new Map(Object.keys(parsed.data.sources ?? {}).map((name) => [name, place(['sources', name])])),
  };
}

function valueOf(document: Document, refuse: (message: string) => never): unknown {
  try {
    return document.toJS();
  } catch (error) {
    // Aliases that multiply.
    return refuse(error instanceof Error ? error.message : String(error));
  }
}

interface Fault {
  readonly path: Path;
  readonly message: string;
}

/** One fault of the schema in words; an unknown word is one fault each, with the word that was probably meant. */
function faultsOf(issue: z.core.$ZodIssue): Fault[] {
  if (issue.code === 'unrecognized_keys') {
    const known = wordsAt(issue.path);
    return issue.keys.map((key) => {
      const meant = nearest(key, known);
      return {
        path: [...issue.path, key],
        message: `there is no setting "${key}" here${meant === undefined ? '' : `; did you mean "${meant}"?`} Known: ${known.join(', ')}`,
      };
    });
  }
  const name = issue.path.filter((step) => typeof step === 'string').at(-1);
  const message = issue.code === 'invalid_key' ? (issue.issues[0]?.message ?? issue.message) : issue.message;
  return [{ path: issue.path, message: name === undefined ? message : `${name}: ${message}` }];
}

/** The settings that may stand at a path: the top, a source, a table, a tenant. */
function wordsAt(path: Path): string[] {
  const inSource = path[0] === 'sources' ? path.slice(2) : path;
  const { sources, ...section } = MAPPING_SCHEMA.shape;
  if (inSource.length === 0) return Object.keys(path.length === 0 ? { ...section, sources } : section);
  return inSource.length === 2 ? Object.keys(MAPPING_SCHEMA.shape.tables.unwrap().valueType.shape) : ['column', 'fixed'];
}

function fullName(table: string): string {
  return table.includes('.') ? table : `public.${table}`;
}

/** "bots" and "public.bots" are one table. */
function namedTwice(content: MappingContent, path: readonly string[]): Fault[] {
  const section = path.length === 0 ? content : content.sources?.[path[1] ?? ''];
  const seen = new Set<string>();
  return Object.keys(section?.tables ?? {}).flatMap((key) => {
    if (!seen.has(fullName(key))) {
      seen.add(fullName(key));
      return [];
    }
    return [{ path: [...path, 'tables', key], message: `${fullName(key)} is named twice; write all of it in one place` }];
  });
}

function sourceMapping(content: MappingContent, source: string, sha256: string, place: (path: Path) => string): SourceMapping {
  const own = content.sources?.[source];
  const tables = new Map<string, TableMapping>();
  const paths = new Map<string, Path>();
  for (const [path, section] of [[[], content] as const, [['sources', source], own] as const]) {
    for (const [key, table] of Object.entries(section?.tables ?? {})) {
      tables.set(fullName(key), tableMapping(table));
      paths.set(fullName(key), [...path, 'tables', key]);
    }
  }
  const tenantColumns = own?.tenantColumns ?? content.tenantColumns;
  const noiseColumns = own?.noiseColumns ?? content.noiseColumns;
  return {
    sha256,
    ...(tenantColumns === undefined ? {} : { tenantColumns: tenantColumns.map(snakeCase) }),
    ...(noiseColumns === undefined ? {} : { noiseColumns: noiseColumns.map(snakeCase) }),
    tables,
    place: (table, path = []) => place([...(paths.get(table) ?? []), ...path]),
  };
}

function tableMapping({ id, tenant, ...rest }: NonNullable<MappingContent['tables']>[string]): TableMapping {
  return {
    ...rest,
    ...(id === undefined ? {} : { id: typeof id === 'string' ? [id] : id }),
    ...(tenant === undefined ? {} : { tenant: tenantOf(tenant) }),
  };
}

function tenantOf(tenant: string | { column: string } | { fixed: string }): { column: string } | { fixed: string } {
  if (typeof tenant !== 'string') return tenant;
  return tenant === 'none' ? { fixed: DEFAULT_TENANT } : { column: tenant };
}
