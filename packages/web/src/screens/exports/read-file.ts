// The bytes of a file as they arrive, held to what the server promised of them: a file that is short or other than it was
// counted is never handed on.

export interface Promised {
  /** Of the whole file. */
  readonly bytes: number;
  /** Of everything but the last line of JSONL, hexadecimal; of the whole file of CSV. */
  readonly sha256?: string | undefined;
  readonly format: 'jsonl' | 'csv';
}

export type Read =
  | { readonly kind: 'whole'; readonly parts: readonly Uint8Array<ArrayBuffer>[]; readonly isHashed: boolean }
  | { readonly kind: 'short'; readonly bytes: number }
  | { readonly kind: 'altered' };

/** A digest takes the whole file at once; beyond this its length alone is looked at. */
export const HASHED_BYTES_MAX = 256 * 1024 * 1024;

const NEWLINE = 10;

/**
 * @param chunks the body; that it breaks off is an answer and no error
 * @param digest SHA-256; undefined where the browser has none
 * @param onBytes told how many have arrived
 */
export async function readFile(
  chunks: AsyncIterable<Uint8Array<ArrayBuffer>>,
  promised: Promised,
  digest: ((bytes: Uint8Array<ArrayBuffer>) => Promise<ArrayBuffer>) | undefined,
  onBytes: (bytes: number) => void,
): Promise<Read> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  try {
    for await (const chunk of chunks) {
      parts.push(chunk);
      bytes += chunk.length;
      onBytes(bytes);
    }
  } catch {
    return { kind: 'short', bytes };
  }
  if (bytes < promised.bytes) return { kind: 'short', bytes };
  if (bytes > promised.bytes) return { kind: 'altered' };
  const { sha256 } = promised;
  if (sha256 === undefined || digest === undefined || bytes > HASHED_BYTES_MAX) return { kind: 'whole', parts, isHashed: false };
  const whole = join(parts, bytes);
  const hashed = promised.format === 'csv' ? whole : whole.subarray(0, startOfLastLine(whole));
  return hex(await digest(hashed)) === sha256 ? { kind: 'whole', parts, isHashed: true } : { kind: 'altered' };
}

function join(parts: readonly Uint8Array[], bytes: number): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(bytes);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Where the last line begins; every line ends with a newline. */
function startOfLastLine(bytes: Uint8Array): number {
  return bytes.lastIndexOf(NEWLINE, bytes.length - 2) + 1;
}

function hex(bytes: ArrayBuffer): string {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
