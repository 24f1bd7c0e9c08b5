// How a command ends when it cannot do its work: what failed, and what to do, on standard error.

import { Failure } from '@indelible/core';
import pc from 'picocolors';
import { storeFailure } from '../store/pool.ts';

/** Prints a fault and returns the exit code: 3 for what the user wrote, 1 for what went wrong. */
export function reportFault(thrown: unknown): number {
  const error = storeFailure(thrown);
  if (!(error instanceof Failure)) {
    process.stderr.write(`${pc.red('error')} ${error.stack ?? error.message}\n`);
    return 1;
  }
  process.stderr.write(`${pc.red('error')} ${error.message}\n${pc.dim(error.hint)}\n`);
  const cause = error.cause instanceof Error ? error.cause.message : '';
  if (cause !== '' && !error.message.includes(cause)) process.stderr.write(pc.dim(`cause: ${cause}\n`));
  return error.code === 'config_invalid' || error.code === 'parameter_invalid' || error.code === 'query_invalid' ? 3 : 1;
}
