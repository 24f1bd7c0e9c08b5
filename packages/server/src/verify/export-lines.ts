// Reading the events of an export file, however long it is: their number, the hash of their bytes, and of JSONL what each line
// says of its place.

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';

const LINE_FEED = 0x0a;
const QUOTE = 0x22;

export interface ExportLines {
  /** Whole events; one that is cut off does not count. */
  readonly events: number;
  readonly bytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
  /** Whether something stands behind the last whole line. */
  readonly cutOff: boolean;
}

export interface LinesAsked {
  readonly file: string;
  /** How many bytes of it are events. */
  readonly bytes: number;
  readonly format: 'jsonl' | 'csv';
  /** Told of each line of JSONL. */
  readonly onLine?: ((line: string, index: number) => void) | undefined;
  readonly onProgress?: ((done: number) => void) | undefined;
}

export async function readLines({ file, bytes, format, onLine, onProgress }: LinesAsked): Promise<ExportLines> {
  const hash = createHash('sha256');
  const lines = format === 'csv' ? csvLines() : jsonLines(onLine);
  let done = 0;
  if (bytes > 0) {
    for await (const chunk of createReadStream(file, { end: bytes - 1 }) as AsyncIterable<Buffer>) {
      hash.update(chunk);
      lines.take(chunk);
      done += chunk.length;
      onProgress?.(done);
    }
  }
  return { ...lines.end(), bytes: done, sha256: hash.digest('hex') };
}

interface Lines {
  take(chunk: Buffer): void;
  end(): Pick<ExportLines, 'events' | 'cutOff'>;
}

function jsonLines(onLine: LinesAsked['onLine']): Lines {
  let events = 0;
  let rest: Buffer[] = [];
  return {
    take: (chunk) => {
      let from = 0;
      for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, from)) {
        const line = Buffer.concat([...rest, chunk.subarray(from, end)]).toString('utf8');
        rest = [];
        from = end + 1;
        onLine?.(line, events);
        events++;
      }
      if (from < chunk.length) rest.push(chunk.subarray(from));
    },
    end: () => ({ events, cutOff: rest.length > 0 }),
  };
}

/** A record of CSV ends with a line feed that stands in no quotes (RFC 4180); the first one is the header. */
function csvLines(): Lines {
  let records = 0;
  let isQuoted = false;
  let isOpen = false;
  return {
    take: (chunk) => {
      for (const byte of chunk) {
        if (byte === QUOTE) isQuoted = !isQuoted;
        isOpen = byte !== LINE_FEED || isQuoted;
        if (!isOpen) records++;
      }
    },
    end: () => ({ events: Math.max(0, records - 1), cutOff: isOpen }),
  };
}
