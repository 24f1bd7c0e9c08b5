// From the bytes of a request to the values of its events, with everything checked that a JSON parser loses in silence.

import {
  EVENT_BYTES_MAX,
  Failure,
  type FailureDetails,
  type Json,
  type JsonObject,
  parseJson,
  REQUEST_BYTES_MAX,
  REQUEST_EVENTS_MAX,
} from '@indelible/core';

/** One event of a request, or what is wrong with its line. */
export type Item =
  | { readonly kind: 'value'; readonly value: Json; readonly at: FailureDetails }
  | { readonly kind: 'fault'; readonly fault: Failure };

export interface Body {
  /** An array or NDJSON was sent. */
  readonly many: boolean;
  readonly items: readonly Item[];
}

const NDJSON = new Set(['application/x-ndjson', 'application/ndjson', 'application/jsonl', 'application/x-jsonlines']);

/**
 * @param contentType the header Content-Type
 * @param bytes the whole body
 * @throws Failure `content_type_unsupported`, `body_too_large`, `too_many_events`, `event_too_large`, `json_invalid`
 */
export function readBody(contentType: string | undefined, bytes: Uint8Array): Body {
  const lines = isNdjson(contentType);
  if (bytes.length > REQUEST_BYTES_MAX)
    throw new Failure('body_too_large', `the body has ${bytes.length} bytes; ${REQUEST_BYTES_MAX} are accepted`);
  const text = decode(bytes);
  return lines ? readLines(text) : readValue(text, bytes.length);
}

function isNdjson(contentType: string | undefined): boolean {
  const [type = '', ...parameters] = (contentType ?? '').split(';').map((part) => part.trim().toLowerCase());
  const charset = parameters
    .find((parameter) => parameter.startsWith('charset='))
    ?.slice(8)
    .replaceAll('"', '');
  if (charset !== undefined && charset !== 'utf-8' && charset !== 'utf8')
    throw new Failure('content_type_unsupported', `the charset "${charset}" is not supported; send UTF-8`);
  if (NDJSON.has(type)) return true;
  if (type === 'application/json') return false;
  throw new Failure('content_type_unsupported', type === '' ? 'the header Content-Type is missing' : `the type "${type}" is not supported`);
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Failure('json_invalid', 'the body is not UTF-8');
  }
}

function readValue(text: string, bytes: number): Body {
  if (text.trim() === '')
    throw new Failure('json_invalid', 'the body is empty; send one event, an array of events, or NDJSON', { position: 0 });
  const value = parseJson(text);
  if (!Array.isArray(value)) {
    checkEventSize(bytes, {});
    return { many: false, items: [{ kind: 'value', value, at: {} }] };
  }
  checkCount(value.length);
  // An element can only be too large when the whole body is.
  const small = bytes <= EVENT_BYTES_MAX;
  const items = value.map((element: Json, index): Item => {
    const at = { pointer: `/${index}` };
    if (!small && bytesAtMost(element) > EVENT_BYTES_MAX) checkEventSize(Buffer.byteLength(JSON.stringify(element)), at);
    return { kind: 'value', value: element, at };
  });
  return { many: true, items };
}

/** A bound on the bytes of a value's JSON, found without writing it; of nearly every event it is enough to know. */
function bytesAtMost(value: Json): number {
  // A character is written in six bytes at most (\u0001); a number or a word in 32.
  if (typeof value === 'string') return 2 + 6 * value.length;
  if (typeof value !== 'object' || value === null) return 32;
  let bytes = 2;
  if (Array.isArray(value)) for (const element of value as readonly Json[]) bytes += 1 + bytesAtMost(element);
  else for (const [name, member] of Object.entries(value as JsonObject)) bytes += 4 + 6 * name.length + bytesAtMost(member);
  return bytes;
}

function readLines(text: string): Body {
  const items: Item[] = [];
  let start = 0;
  for (let number = 1; start <= text.length; number++) {
    const next = text.indexOf('\n', start);
    const end = next === -1 ? text.length : next;
    // Most hostile lines are empty: they must not cost more than the search for their end.
    const line = end === start ? '' : text.slice(start, end).trim();
    start = end + 1;
    if (line === '') continue;
    checkCount(items.length + 1);
    items.push(readLine(line, number));
  }
  if (items.length === 0) throw new Failure('json_invalid', 'the body holds no events', { position: 0 });
  return { many: true, items };
}

function readLine(line: string, number: number): Item {
  try {
    checkEventSize(Buffer.byteLength(line), {});
    return { kind: 'value', value: parseJson(line), at: { line: number } };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { kind: 'fault', fault: placed(error, { line: number }) };
  }
}

function checkCount(events: number): void {
  if (events > REQUEST_EVENTS_MAX)
    throw new Failure('too_many_events', `the request has ${events} events or more; ${REQUEST_EVENTS_MAX} are accepted`);
}

function checkEventSize(bytes: number, at: FailureDetails): void {
  if (bytes > EVENT_BYTES_MAX) throw new Failure('event_too_large', `the event has ${bytes} bytes; ${EVENT_BYTES_MAX} are accepted`, at);
}

/** The same failure, with the place of its event in the request. */
export function placed(failure: Failure, at: FailureDetails): Failure {
  const pointer = `${at.pointer ?? ''}${failure.details.pointer ?? ''}`;
  const where = at.line !== undefined ? `line ${at.line}: ` : at.pointer !== undefined ? `event ${at.pointer.slice(1)}: ` : '';
  return new Failure(
    failure.code,
    `${where}${failure.message}`,
    { ...failure.details, ...at, ...(pointer === '' ? {} : { pointer }) },
    { cause: failure },
  );
}
