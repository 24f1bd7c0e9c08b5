// The server's log: JSON lines on standard error, so that standard output carries nothing but answers.

import { destination, type Logger, pino } from 'pino';

export function makeLogger(level: string): Logger {
  return pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime, redact: ['authorization', 'key', 'token'] },
    destination({ dest: 2, sync: false }),
  );
}
