// From the value of a field to what it must match, by the kind of the field.

import { UUID } from '../event/id.ts';
import { addressWithin, formatAddress, maskAddress, readAddress } from './address.ts';
import type { AddressMatch, HasMatch, Match, ResourceMatch, TextMatch } from './ast.ts';
import { expectedOf, KINDS, RANGE_FIELDS, type Field } from './fields.ts';
import { invalid, shown } from './invalid.ts';
import { fieldNamed } from './field-named.ts';
import { readDecimals, readNumbers, readTimes } from './read-bounds.ts';
import { joinPieces, textMatches, toTextMatch } from './text-match.ts';
import type { Piece } from './tokens.ts';

/**
 * Throws Failure('query_invalid') when the field cannot have such a value.
 *
 * @param position where the value begins in the query
 */
export function readMatch(field: Field, pieces: readonly Piece[], position: number): Match {
  refuseOperators(field, pieces);
  switch (field.kind) {
    case 'text':
      return toTextMatch(pieces);
    case 'enum':
      return readWord(field, pieces, position);
    case 'uuid':
      return readUuid(pieces, position);
    case 'path':
      return readResource(field, pieces, position);
    case 'address':
      return readNetwork(joinPieces(pieces), position);
    case 'time':
      return { kind: 'time', ...readTimes(pieces, position) };
    case 'integer':
      return { kind: 'range', ...readNumbers(pieces, position) };
    case 'changed':
      return readChanged(pieces, position);
    case 'value':
      return readValue(pieces, position);
    case 'has':
      return readHas(joinPieces(pieces), position);
  }
}

function refuseOperators(field: Field, pieces: readonly Piece[]): void {
  const { ranges, globs } = KINDS[field.kind];
  const expected = expectedOf(field);
  for (const [index, piece] of pieces.entries()) {
    if (piece.quoted) continue;
    if (index === 0 && piece.text.startsWith('='))
      throw invalid(
        'The colon says equals already: leave the = out, or put a value that begins with it in quotes.',
        piece.position,
        expected,
      );
    const comparison = index === 0 ? piece.text.search(/^[<>]/) : -1;
    const offset = comparison === 0 ? 0 : piece.text.indexOf('..');
    if (!ranges && offset >= 0) {
      const sign = comparison === 0 ? `a value that begins with ${piece.text.charAt(0)}` : 'a value with two dots';
      throw invalid(`${field.name} takes no comparisons and no ranges; ${insteadOfRange(field, sign)}`, piece.position + offset, expected);
    }
    const star = piece.text.indexOf('*');
    if (!globs && star >= 0) throw invalid(`${field.name} takes no *.`, piece.position + star, expected);
  }
}

function insteadOfRange({ name, kind, values = [] }: Field, sign: string): string {
  if (kind === 'address') return 'write a network, such as 203.0.113.0/24.';
  if (kind === 'enum') return `name the words that are meant: ${name}:(${values.slice(-2).join(' OR ')}).`;
  return `${RANGE_FIELDS.slice(0, -1).join(', ')} and ${RANGE_FIELDS.at(-1)} do. Put ${sign} in quotes.`;
}

function readWord(field: Field, pieces: readonly Piece[], position: number): TextMatch {
  const match = toTextMatch(pieces);
  const words = field.values ?? [];
  if (words.some((word) => textMatches(match, word))) return match;
  const text = joinPieces(pieces);
  throw invalid(`${shown(text)} is not a value of ${field.name}; it is one of ${words.join(', ')}.`, position, expectedOf(field), text);
}

/** As paths behind before. are written: with dots, or as a pointer, whose first slash may be left out where there is another. */
function readChanged(pieces: readonly Piece[], position: number): TextMatch {
  const match = toTextMatch(pieces);
  if (isEmpty(match)) throw invalid('A field that changed has a name.', position, KINDS.changed.expected);
  const parts = match.kind === 'equals' ? [match.value] : match.parts;
  const read = parts.some((part) => part.includes('/'))
    ? parts.map((part, index) => (index === 0 ? part.replace(/^\//, '') : part))
    : parts.map((part) => part.replaceAll('.', '/'));
  if (read.join('*').split('/').includes(''))
    throw invalid(`A step of the path in ${shown(joinPieces(pieces))} is empty.`, position, KINDS.changed.expected, joinPieces(pieces));
  return match.kind === 'equals' ? { kind: 'equals', value: read[0] ?? '' } : { kind: 'glob', parts: read };
}

/** Only signs make it a comparison: after.version:10 asks for the text 10 and for the number. */
function readValue(pieces: readonly Piece[], position: number): Match {
  const compares = pieces.some((piece, index) => !piece.quoted && ((index === 0 && /^[<>]/.test(piece.text)) || piece.text.includes('..')));
  return compares ? { kind: 'range', ...readDecimals(pieces, position) } : toTextMatch(pieces);
}

function readHas(text: string, position: number): HasMatch {
  const found = fieldNamed(text, position);
  if (found.field.name === 'has') throw invalid('has: asks for another field.', position, KINDS.has.expected, text);
  return { kind: 'has', field: found.field.name, ...(found.path === undefined ? {} : { path: found.path }) };
}

function readUuid(pieces: readonly Piece[], position: number): Match {
  const value = joinPieces(pieces).toLowerCase();
  if (!UUID.test(value)) throw invalid(`${shown(value)} is not a UUID.`, position, KINDS.uuid.expected, value);
  return { kind: 'equals', value };
}

/** Types hold no slash, so the first one divides type and id, in quotes or not. */
function readResource(field: Field, pieces: readonly Piece[], position: number): ResourceMatch {
  const divided = pieces.findIndex((piece) => piece.text.includes('/'));
  const piece = pieces[divided];
  const slash = piece === undefined ? 0 : piece.text.indexOf('/');
  const before = piece === undefined ? pieces : [...pieces.slice(0, divided), { ...piece, text: piece.text.slice(0, slash) }];
  const type = toTextMatch(before);
  if (isEmpty(type)) throw invalid(`${field.name} begins with a type; write */id for any type.`, position, KINDS.path.expected);
  if (piece === undefined) return { kind: 'resource', type };
  const id = toTextMatch([{ ...piece, text: piece.text.slice(slash + 1) }, ...pieces.slice(divided + 1)]);
  if (isEmpty(id)) {
    throw invalid(
      'An id is missing after the slash; leave the slash out for every resource of the type.',
      piece.position,
      KINDS.path.expected,
    );
  }
  return { kind: 'resource', type, id };
}

/** The beginning of an address means a network, mostly. */
function networkMeant(text: string): string {
  const octets = text.split('.').filter((octet) => octet !== '');
  const network = [...octets, '0', '0', '0'].slice(0, 4).join('.');
  if (octets.length > 3 || !/^[\d.]+$/.test(text) || readAddress(network) === undefined) return '';
  return ` A network is written ${network}/${octets.length * 8}.`;
}

function isEmpty(match: TextMatch): boolean {
  return match.kind === 'equals' && match.value === '';
}

function readNetwork(text: string, position: number): AddressMatch {
  const slash = text.indexOf('/');
  const bytes = readAddress(slash < 0 ? text : text.slice(0, slash));
  if (bytes === undefined)
    throw invalid(`${shown(text)} is not an IP address.${networkMeant(text)}`, position, KINDS.address.expected, text);
  const address = formatAddress(bytes);
  if (slash < 0) return { kind: 'address', address };
  const bits = bytes.length * 8;
  const prefix = text.slice(slash + 1);
  if (!/^\d{1,3}$/.test(prefix) || Number(prefix) > bits) {
    throw invalid(`The prefix ${shown(prefix)} is not a number from 0 to ${bits}.`, position, KINDS.address.expected, text);
  }
  if (!addressWithin(bytes, bytes, Number(prefix))) {
    const network = `${formatAddress(maskAddress(bytes, Number(prefix)))}/${Number(prefix)}`;
    throw invalid(`${shown(text)} is an address within a network; write ${network} for the network.`, position, network, text);
  }
  return Number(prefix) === bits ? { kind: 'address', address } : { kind: 'address', address, prefix: Number(prefix) };
}
