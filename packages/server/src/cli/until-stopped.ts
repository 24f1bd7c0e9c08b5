// Waits for the operator's wish to stop.

import type { Logger } from 'pino';

// A terminal and npm may each pass one and the same signal on; two that come together are one wish.
const SAME_WISH_MS = 1_000;

/** Resolves at the first SIGTERM or SIGINT; one more after a moment ends the process at once, for the impatient. */
export function untilStopped(logger: Logger): Promise<void> {
  return new Promise((resolve) => {
    let askedAt: number | undefined;
    const stop = (signal: NodeJS.Signals): void => {
      if (askedAt !== undefined && Date.now() - askedAt > SAME_WISH_MS) process.exit(1);
      if (askedAt !== undefined) return;
      askedAt = Date.now();
      logger.info({ signal }, 'stopping');
      resolve();
    };
    process.on('SIGTERM', stop);
    process.on('SIGINT', stop);
  });
}
