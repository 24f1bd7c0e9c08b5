// What every benchmark is: a name, and a run that yields figures.

import type { Figure } from './figure.ts';
import type { BenchOptions } from './options.ts';

export interface BenchContext {
  readonly options: BenchOptions;
  /** For people: what is under way, and tables beside the figures. */
  readonly say: (text: string) => void;
  /** Events a second of batches of 1,000, when ingest-batch has measured it in this run. */
  batchEventsPerSecond?: number;
}

export interface Bench {
  readonly name: string;
  /** A figure is handed over as soon as it is there. */
  readonly run: (ctx: BenchContext, tell: (figure: Figure) => void) => Promise<void>;
}
