// The one error catalogue: a stable code, its HTTP status, what it means and what to do about it.

interface ErrorEntry {
  readonly status: number;
  readonly title: string;
  readonly hint: string;
}

export const ERRORS = {
  json_invalid: {
    status: 422,
    title: 'The body is not valid JSON',
    hint: 'Mend the JSON at the position named in the detail; nothing was stored.',
  },
  event_invalid: {
    status: 422,
    title: 'The event does not fit the schema',
    hint: 'Mend the field named by the pointer; nothing was stored.',
  },
  event_in_future: {
    status: 422,
    title: 'occurredAt lies in the future',
    hint: 'Set the clock of the sender; at most 5 minutes ahead of the server are accepted.',
  },
  event_too_large: {
    status: 413,
    title: 'The event is too large',
    hint: 'An event holds at most 256 KiB; send a reference to large content in place of the content.',
  },
  too_many_events: { status: 413, title: 'Too many events in one request', hint: 'Send at most 1,000 events a request.' },
  body_too_large: { status: 413, title: 'The body is too large', hint: 'Send at most 5 MiB a request.' },
  content_type_unsupported: {
    status: 415,
    title: 'The content type is not supported',
    hint: 'Send application/json or application/x-ndjson, in UTF-8.',
  },
  tenant_mismatch: {
    status: 422,
    title: 'The event names another tenant than the request',
    hint: 'Leave tenant out of the event, or use a key of that tenant.',
  },
  tenant_missing: {
    status: 422,
    title: 'The request names no tenant',
    hint: 'This key is good for all tenants: name one by the header Indelible-Tenant.',
  },
  tenant_invalid: {
    status: 422,
    title: 'The tenant name cannot be used',
    hint: 'A tenant name has 1 to 256 characters, no control characters, and does not begin with an underscore.',
  },
  id_conflict: {
    status: 409,
    title: 'An event with this id and another body exists',
    hint: 'Send a new id for a new event; an id seen before is accepted only with the same body.',
  },
  not_sealed: { status: 409, title: 'No published checkpoint covers this event yet', hint: 'Ask again after a second.' },
  log_frozen: { status: 409, title: 'This log is frozen', hint: 'A later log has taken its place; read GET /v1/log for the newest.' },
  unauthorized: {
    status: 401,
    title: 'Nobody could be recognised',
    hint: 'Send the header "Authorization: Bearer ink_...", or a viewer token. Make a key by "indelible key create".',
  },
  second_factor_needed: {
    status: 401,
    title: 'The second factor is missing',
    hint: 'Send the six digits of the authenticator app, or a backup code, as "code".',
  },
  forbidden: { status: 403, title: 'This is not allowed', hint: 'Use a key with the scope, or have the role, that the detail names.' },
  not_found: { status: 404, title: 'There is no such thing here', hint: 'Check the address and the tenant of the key.' },
  query_invalid: { status: 422, title: 'The query cannot be read', hint: 'Mend the query at the position that the detail names.' },
  parameter_invalid: { status: 422, title: 'A parameter is not valid', hint: 'Mend the parameter that the detail names.' },
  cursor_invalid: {
    status: 422,
    title: 'The cursor does not belong to this query',
    hint: 'Begin again without a cursor, or send the query that the cursor came from.',
  },
  export_unready: {
    status: 409,
    title: 'The export has no file to fetch',
    hint: 'Wait until GET /v1/exports/{id} says done; one that failed or was cancelled never has a file.',
  },
  export_too_large: {
    status: 413,
    title: 'The export is too large',
    hint: 'Export it in parts, for example month by month with at:.',
  },
  export_differs: {
    status: 409,
    title: 'The export does not hold what was counted',
    hint: 'Something of it was erased or altered meanwhile. Make it anew, and run "indelible verify" if nobody erased anything.',
  },
  stream_gone: {
    status: 410,
    title: 'There is no such place in the log to resume from',
    hint: 'Read what you missed by GET /v1/events, and begin a new stream without a place.',
  },
  stream_full: {
    status: 503,
    title: 'The server has as many streams as it can serve',
    hint: 'Wait as long as the Retry-After header says.',
  },
  query_timeout: {
    status: 503,
    title: 'The query took too long',
    hint: 'Narrow the query by time, actor, resource or action, or ask for a smaller page.',
  },
  request_malformed: {
    status: 400,
    title: 'The request is not HTTP that can be read',
    hint: 'Send HTTP/1.1, as every client library does.',
  },
  request_too_long: {
    status: 431,
    title: 'The address and the headers are too long',
    hint: 'Send a shorter query; it has at most 16,384 characters.',
  },
  request_timeout: { status: 408, title: 'The request took too long to arrive', hint: 'Send it again, over a faster connection.' },
  rate_limited: { status: 429, title: 'Too many requests', hint: 'Wait as long as the Retry-After header says.' },
  store_unavailable: {
    status: 503,
    title: 'The database is away',
    hint: 'Send the same events with the same ids again; nothing of this request was acknowledged.',
  },
  provider_unavailable: {
    status: 503,
    title: 'The provider of single sign-on cannot be used',
    hint: 'Try again in a minute, or sign in by password; the detail says what an operator can mend.',
  },
  internal: { status: 500, title: 'The server met a fault', hint: 'Tell the operator the request id; the log has the details.' },
  config_invalid: { status: 500, title: 'The configuration is not valid', hint: 'Mend every setting that the detail lists.' },
  directory_in_use: {
    status: 500,
    title: 'The data directory is in use',
    hint: 'Stop the other server, or choose another directory by INDELIBLE_DATA_DIR.',
  },
  database_unsuitable: { status: 500, title: 'The database cannot be used', hint: 'Mend what the detail names.' },
  signer_refused: {
    status: 500,
    title: 'The signer refuses to sign',
    hint: 'The log is smaller than, or differs from, what was signed before. Read docs/THREATS.md before you go on.',
  },
  capture_invalid: {
    status: 500,
    title: 'The source cannot be captured',
    hint: 'Run "indelible capture doctor" for each item and its remedy.',
  },
  server_unreachable: {
    status: 503,
    title: 'No server answers',
    hint: 'Start the server, or name where it is by --server or INDELIBLE_URL.',
  },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof ERRORS;

/** More about one failure: where in the input it lies and what was expected there. */
export interface FailureDetails {
  /** RFC 6901 pointer into the body, or the parameter's name. */
  readonly pointer?: string;
  /** Zero-based offset into the raw text. */
  readonly position?: number;
  /** One-based line of an NDJSON body. */
  readonly line?: number;
  readonly expected?: string;
  readonly received?: string;
  /** All faults, when there is more than one. */
  readonly faults?: readonly { readonly pointer: string; readonly message: string }[];
  readonly retryAfterSeconds?: number;
}

/**
 * A failure that a caller may see: a code of the catalogue, and a sentence about this very case.
 *
 * @example throw new Failure('event_invalid', 'action: expected a dotted name, got "X"', { pointer: '/action' });
 */
export class Failure extends Error {
  readonly code: ErrorCode;
  readonly details: FailureDetails;

  constructor(code: ErrorCode, message: string, details: FailureDetails = {}, options?: { cause: Error }) {
    super(message, options);
    this.name = 'Failure';
    this.code = code;
    this.details = details;
  }

  get status(): number {
    return ERRORS[this.code].status;
  }

  get hint(): string {
    return ERRORS[this.code].hint;
  }
}
