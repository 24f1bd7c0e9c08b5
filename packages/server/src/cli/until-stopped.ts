// Waits for the operator's wish to stop.

import type { Logger } from 'pino';

/** Resolves at the first SIGTERM or SIGINT; a second one ends the process at once, for the impatient. */
export function untilStopped(logger: Logger): Promise<void> {
  return new Promise((resolve) => {
    let asked = false;
    const stop = (signal: NodeJS.Signals): void => {
      if (asked) process.exit(1);
      asked = true;
      logger.info({ signal }, 'stopping');
      resolve();
    };
    process.on('SIGTERM', stop);
    process.on('SIGINT', stop);
  });
}
