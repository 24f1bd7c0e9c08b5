// Standard output of a command: waits for a slow reader, and ends in peace when the reader has seen enough (indelible query | head).

import { once } from 'node:events';

export interface Output {
  line(text: string): Promise<void>;
  /** Columns of the terminal; undefined when it is none. */
  readonly columns: number | undefined;
}

export function standardOutput(): Output {
  const { stdout } = process;
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  return {
    line: async (text) => {
      if (!stdout.write(`${text}\n`)) await once(stdout, 'drain');
    },
    columns: stdout.isTTY ? stdout.columns : undefined,
  };
}

/** JSON on one line. What JSON leaves as it is and a terminal would obey (DEL, the C1 controls, direction marks) is escaped too. */
export function jsonLine(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
