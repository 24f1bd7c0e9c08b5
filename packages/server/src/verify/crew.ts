// Who checks the ranges: worker threads, one a core, or for small trails the caller's own thread.

import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type pg from 'pg';
import { VERIFY_YOUNG_MIB } from '../limits.ts';
import { type RangeResult, type RangeTask, verifyRange } from './range.ts';

export interface WorkerSetup {
  readonly ownerUrl: string;
  /** The exported snapshot in which all of verify reads. */
  readonly snapshot: string;
}

export type WorkerMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'progress'; readonly events: number }
  | { readonly kind: 'result'; readonly result: RangeResult }
  | { readonly kind: 'failed'; readonly message: string };

export interface CrewOptions extends WorkerSetup {
  /** The connection of the caller, for work in its own thread. */
  readonly client: pg.ClientBase;
  /** 0: no threads. */
  readonly workers: number;
  readonly onProgress: (events: number) => void;
}

/** Threads pay when there are more events than one takes in a second or so. Sources that were not compiled cannot be loaded by one. */
export function crewSize(events: number): number {
  return events < 20_000 || import.meta.url.endsWith('.ts') ? 0 : availableParallelism();
}

/**
 * Checks ranges, several at once, and hands each result over as it comes, in no certain order. Tasks are taken when
 * somebody is free, so that a generator need not hold them all.
 */
export async function verifyRanges(
  options: CrewOptions,
  tasks: AsyncIterator<RangeTask>,
  onResult: (result: RangeResult) => Promise<void>,
): Promise<void> {
  if (options.workers > 0) {
    await Promise.all(Array.from({ length: options.workers }, () => employ(options, tasks, onResult)));
    return;
  }
  for (let task = await tasks.next(); task.done !== true; task = await tasks.next()) {
    await onResult(await verifyRange(options.client, task.value, options.onProgress));
  }
}

function employ(options: CrewOptions, tasks: AsyncIterator<RangeTask>, onResult: (result: RangeResult) => Promise<void>): Promise<void> {
  const { ownerUrl, snapshot } = options;
  const worker = new Worker(new URL('./worker.js', import.meta.url), {
    workerData: { ownerUrl, snapshot } satisfies WorkerSetup,
    resourceLimits: { maxYoungGenerationSizeMb: VERIFY_YOUNG_MIB },
  });
  const taken: Promise<void>[] = [];
  return new Promise<void>((resolve, reject) => {
    const fail = (error: Error): void => {
      void worker.terminate();
      reject(error);
    };
    const next = (): void => {
      tasks.next().then((task) => worker.postMessage(task.done === true ? null : task.value, []), fail);
    };
    worker.on('error', fail);
    // The thread may be gone before its last result has been taken in.
    worker.on('exit', () => void Promise.all(taken).then(() => resolve(), reject));
    worker.on('message', (message: WorkerMessage) => {
      switch (message.kind) {
        case 'ready':
          next();
          break;
        case 'progress':
          options.onProgress(message.events);
          break;
        case 'result':
          // The next range is under way while the result is taken in.
          next();
          taken.push(onResult(message.result));
          break;
        case 'failed':
          fail(new Error(message.message));
          break;
      }
    });
  });
}
