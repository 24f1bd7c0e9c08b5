// The attribution message: what an application tells the capture about a transaction, sealed with a shared key.
//
//   {"payload":"{\"v\":1,\"nonce\":\"...\",\"t\":1795305600000,\"database\":\"app\",\"actor\":{...},\"context\":{...}}","mac":"..."}
//
// `payload` is JSON text inside a JSON string, so that the bytes under the code are exactly the bytes that were sent
// and nothing has to be put into a canonical form. mac = base64url(HMAC-SHA256(key, payload)), RFC 2104 and RFC 4648
// section 5 without padding, key and payload taken as UTF-8. Everything is ASCII: other characters are written \uXXXX,
// so a database in any encoding can carry the message.

import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { ActorType } from '../context/types.ts';
import { BEHALF_DEPTH_MAX, MESSAGE_BYTES_MAX, NONCE_BYTES } from './limits.ts';
import { macOf } from './mac.ts';

/** The prefix of the logical message, and the setting that triggers read. */
export const MESSAGE_PREFIX = 'indelible';
export const CONTEXT_SETTING = 'indelible.context';

export interface MessageActor {
  readonly type: ActorType;
  readonly id?: string;
  readonly name?: string;
  readonly email?: string;
  readonly onBehalfOf?: MessageActor;
}

export const CONTEXT_FIELDS = ['ip', 'userAgent', 'sessionId', 'requestId', 'traceId', 'spanId', 'route', 'authMethod', 'reason'] as const;
export const LOCATION_FIELDS = ['country', 'city'] as const;
export type Texts<Field extends string> = { readonly [field in Field]?: string };
export type MessageContext = Texts<(typeof CONTEXT_FIELDS)[number]> & { readonly location?: Texts<(typeof LOCATION_FIELDS)[number]> };

/** What a message says. */
export interface MessagePayload {
  readonly v: 1;
  /** 16 random bytes, base64url: a message seen again under another transaction is a copy. */
  readonly nonce: string;
  /** When it was sent, in milliseconds since 1970: later on a copy proves nothing, even if its nonce was never seen. */
  readonly t?: number;
  /** Where it was sent to, when the sender knows: a copy in another database proves nothing. */
  readonly database?: string;
  readonly actor?: MessageActor;
  readonly context?: MessageContext;
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** Names of the fields that were shortened or left out, in the order of the trimming. */
  readonly trimmed?: readonly string[];
}

export interface OpenedMessage {
  readonly payload: MessagePayload;
  /** `verified`: the sender holds the key. `asserted`: anybody who may run SQL could have sent it. */
  readonly attribution: 'verified' | 'asserted';
}

export const ACTOR_TYPES: ReadonlySet<unknown> = new Set<ActorType>([
  'user',
  'agent',
  'service',
  'api_key',
  'system',
  'anonymous',
  'unknown',
]);
const NONCE = /^[A-Za-z0-9_-]{22}$/;
const NOT_ASCII = /[\u007f-\uffff]/g;

// Made in advance: random bytes and their text cost some microseconds a call, however few they are.
const NONCES = 256;
let nonces: string[] = [];

/** A fresh nonce. */
export function newNonce(): string {
  const nonce = nonces.pop();
  if (nonce !== undefined) return nonce;
  const random = randomBytes(NONCES * NONCE_BYTES);
  nonces = Array.from({ length: NONCES }, (_, n) => random.toString('base64url', n * NONCE_BYTES, (n + 1) * NONCE_BYTES));
  return newNonce();
}

/** JSON text in ASCII only. */
export function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(NOT_ASCII, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/**
 * Writes a message, sent now unless the payload says when. Without a key it carries no code, and the reader will call
 * it asserted.
 *
 * @example sealMessage({ v: 1, nonce: newNonce(), actor: { type: 'user', id: 'usr_maria' } }, process.env.INDELIBLE_CONTEXT_KEY)
 */
export function sealMessage(payload: MessagePayload, key: string | undefined): string {
  return sealText(asciiJson({ ...payload, t: payload.t ?? Date.now() }), key);
}

/** What differs from one emission to the next. */
export interface Emitted {
  readonly nonce: string;
  readonly t: number;
  readonly database: string | undefined;
}

/** The JSON of an object, but for its closing brace. */
export interface OpenText {
  readonly text: string;
  /** As it stands within another JSON text. */
  readonly quoted: string;
}

/** The part of a payload that stays the same from one emission to the next. */
export function openText(body: object): OpenText {
  const text = asciiJson(body).slice(0, -1);
  return { text, quoted: quote(text) };
}

/** As sealMessage, for a body whose text is at hand: to quote it anew for each message would cost as much as its code. */
export function sealBody(body: OpenText, { nonce, t, database }: Emitted, key: string | undefined): string {
  const where = whereOf(database);
  const mac = key === undefined ? '' : `,"mac":"${macOf(`${body.text},"nonce":"${nonce}","t":${t}${where.text}}`, key)}"`;
  return `{"payload":"${body.quoted},\\"nonce\\":\\"${nonce}\\",\\"t\\":${t}${where.quoted}}"${mac}}`;
}

let lastWhere: OpenText & { readonly database: string | undefined } = { database: undefined, text: '', quoted: '' };

function whereOf(database: string | undefined): OpenText {
  if (lastWhere.database !== database) {
    const text = database === undefined ? '' : `,"database":${asciiJson(database)}`;
    lastWhere = { database, text, quoted: quote(text) };
  }
  return lastWhere;
}

function quote(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function sealText(payload: string, key: string | undefined): string {
  return JSON.stringify(key === undefined ? { payload } : { payload, mac: macOf(payload, key) });
}

/**
 * Reads a message. A missing or wrong code makes it `asserted`; codes are compared in constant time.
 * Whether the nonce was seen before, and whether time and database are those of the transaction, is for the caller to
 * judge, who sees all transactions.
 *
 * @returns undefined when the text is not a message: malformed, too large, of another version.
 */
export function openMessage(text: string, key: string | undefined): OpenedMessage | undefined {
  if (text.length > MESSAGE_BYTES_MAX) return undefined;
  const envelope = parseObject(text);
  if (envelope === undefined || typeof envelope.payload !== 'string') return undefined;
  const payload = readPayload(parseObject(envelope.payload));
  if (payload === undefined) return undefined;
  const genuine =
    key !== undefined &&
    typeof envelope.mac === 'string' &&
    sameBytes(Buffer.from(envelope.mac, 'base64url'), Buffer.from(macOf(envelope.payload, key), 'base64url'));
  return { payload, attribution: genuine ? 'verified' : 'asserted' };
}

function sameBytes(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Takes the known fields and nothing else; a known field of the wrong kind spoils the message. */
function readPayload(raw: Record<string, unknown> | undefined): MessagePayload | undefined {
  if (raw === undefined || raw.v !== 1 || typeof raw.nonce !== 'string' || !NONCE.test(raw.nonce)) return undefined;
  const { t, database, actor: rawActor, context: rawContext, metadata, trimmed } = raw;
  if ((t !== undefined && !isTime(t)) || !isTextOrAbsent(database)) return undefined;
  const actor = rawActor === undefined ? undefined : readActor(rawActor, 0);
  const context = rawContext === undefined ? undefined : readContext(rawContext);
  if ((rawActor !== undefined && actor === undefined) || (rawContext !== undefined && context === undefined)) return undefined;
  if (metadata !== undefined && !isObject(metadata)) return undefined;
  if (trimmed !== undefined && !isListOfText(trimmed)) return undefined;
  return {
    v: 1,
    nonce: raw.nonce,
    ...(t !== undefined && { t }),
    ...(database !== undefined && { database }),
    ...(actor && { actor }),
    ...(context && { context }),
    ...(metadata && { metadata }),
    ...(trimmed && { trimmed }),
  };
}

function readActor(raw: unknown, depth: number): MessageActor | undefined {
  if (!isObject(raw) || depth > BEHALF_DEPTH_MAX || !isActorType(raw.type)) return undefined;
  const { id, name, email } = raw;
  if (!isTextOrAbsent(id) || !isTextOrAbsent(name) || !isTextOrAbsent(email)) return undefined;
  const onBehalfOf = raw.onBehalfOf === undefined ? undefined : readActor(raw.onBehalfOf, depth + 1);
  if (raw.onBehalfOf !== undefined && onBehalfOf === undefined) return undefined;
  return {
    type: raw.type,
    ...(id !== undefined && { id }),
    ...(name !== undefined && { name }),
    ...(email !== undefined && { email }),
    ...(onBehalfOf && { onBehalfOf }),
  };
}

function readContext(raw: unknown): MessageContext | undefined {
  const texts = readTexts(raw, CONTEXT_FIELDS);
  const rawLocation = isObject(raw) ? raw.location : undefined;
  const location = rawLocation === undefined ? undefined : readTexts(rawLocation, LOCATION_FIELDS);
  if (texts === undefined || (rawLocation !== undefined && location === undefined)) return undefined;
  return { ...texts, ...(location && { location }) };
}

function readTexts<Field extends string>(raw: unknown, fields: readonly Field[]): Texts<Field> | undefined {
  if (!isObject(raw)) return undefined;
  const texts: { [field in Field]?: string } = {};
  for (const field of fields) {
    const value = raw[field];
    if (value === undefined) continue;
    if (typeof value !== 'string') return undefined;
    texts[field] = value;
  }
  return texts;
}

function isActorType(value: unknown): value is ActorType {
  return ACTOR_TYPES.has(value);
}

function isTime(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

function isTextOrAbsent(value: unknown): value is string | undefined {
  return value === undefined || typeof value === 'string';
}

function isListOfText(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
