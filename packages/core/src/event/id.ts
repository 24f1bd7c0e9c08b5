// Event ids: time-ordered UUIDs for new events, and derived UUIDs for events that must get the same id when they
// are read again (RFC 9562, versions 7 and 8).

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const RANDOM_BYTES = 10;
const POOL_IDS = 400;

/** Any version of RFC 9562 in the variant of that document; the nil and the max UUID are not among them. */
export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;

function hex(bytes: Uint8Array, from: number, to: number): string {
  let text = '';
  for (let index = from; index < to; index++) text += HEX[bytes[index] as number];
  return text;
}

function write(bytes: Uint8Array, at: number): string {
  return `${hex(bytes, at, at + 4)}-${hex(bytes, at + 4, at + 6)}-${hex(bytes, at + 6, at + 8)}-${hex(bytes, at + 8, at + 10)}-${hex(bytes, at + 10, at + 16)}`;
}

function version7(nowMs: number, random: Uint8Array, at: number): string {
  const time = HEX[Math.floor(nowMs / 2 ** 40) & 255]! + HEX[Math.floor(nowMs / 2 ** 32) & 255]!;
  const low = HEX[(nowMs / 2 ** 24) & 255]! + HEX[(nowMs / 2 ** 16) & 255]!;
  const lowest = HEX[(nowMs / 2 ** 8) & 255]! + HEX[nowMs & 255]!;
  const a = HEX[((random[at] as number) & 0x0f) | 0x70]! + HEX[random[at + 1] as number]!;
  const b = HEX[((random[at + 2] as number) & 0x3f) | 0x80]! + HEX[random[at + 3] as number]!;
  return `${time}${low}-${lowest}-${a}-${b}-${hex(random, at + 4, at + 10)}`;
}

/**
 * A version 7 UUID (RFC 9562, 5.7).
 *
 * @param nowMs milliseconds since 1970
 * @param random ten random bytes
 * @example uuidv7(Date.now(), crypto.getRandomValues(new Uint8Array(10)))
 */
export function uuidv7(nowMs: number, random: Uint8Array): string {
  if (random.length < RANDOM_BYTES) throw new RangeError(`uuidv7 needs ${RANDOM_BYTES} random bytes, got ${random.length}`);
  return version7(nowMs, random, 0);
}

/**
 * Makes a function that gives a new version 7 UUID at each call. Random bytes are drawn for 400 ids at a time,
 * since a draw costs far more than the id. Ids of one millisecond have no order among themselves.
 *
 * @example const newId = makeNewId(); newId(); // "0197f0c2-6a52-7c1e-9b1a-5f2d3c4b5a69"
 */
export function makeNewId(clock: () => number = Date.now): () => string {
  const pool = new Uint8Array(RANDOM_BYTES * POOL_IDS);
  let next = pool.length;
  return () => {
    if (next === pool.length) {
      globalThis.crypto.getRandomValues(pool);
      next = 0;
    }
    const id = version7(clock(), pool, next);
    next += RANDOM_BYTES;
    return id;
  };
}

/**
 * A version 8 UUID from bytes that the caller derived, for instance the start of a SHA-256 of what identifies a
 * captured row. The same bytes give the same id; six bits make way for version and variant.
 *
 * @param bytes at least 16; the first 16 are used and left as they are
 */
export function uuidFrom(bytes: Uint8Array): string {
  if (bytes.length < 16) throw new RangeError(`uuidFrom needs 16 bytes, got ${bytes.length}`);
  const own = bytes.slice(0, 16);
  own[6] = ((own[6] as number) & 0x0f) | 0x80;
  own[8] = ((own[8] as number) & 0x3f) | 0x80;
  return write(own, 0);
}
