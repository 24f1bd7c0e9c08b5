// A progress bar on standard error, drawn at most ten times a second and only on a terminal.

import { cut } from './text-width.ts';

export interface Progress {
  readonly done: number;
  readonly total: number;
  /** What was done before the bar began: it does not count for the rate. */
  readonly before?: number;
  /** What is being done now. */
  readonly label?: string;
}

export interface ProgressBar {
  update(progress: Progress): void;
  /** Takes the bar away. */
  end(): void;
}

const REDRAW_MS = 100;
const WIDTH = 30;

export function progressBar(stream: NodeJS.WriteStream = process.stderr): ProgressBar {
  if (!stream.isTTY) return { update: () => undefined, end: () => undefined };
  const started = performance.now();
  let drawnAt = Number.NEGATIVE_INFINITY;
  return {
    update({ done, total, before = 0, label }) {
      const now = performance.now();
      if (now - drawnAt < REDRAW_MS || total === 0) return;
      drawnAt = now;
      const filled = Math.round((WIDTH * done) / total);
      const rate = Math.round((done - before) / Math.max(0.001, (now - started) / 1000));
      const line =
        `${'\u2588'.repeat(filled)}${'\u2591'.repeat(WIDTH - filled)} ${((100 * done) / total).toFixed(0).padStart(3)} %  ` +
        `${done.toLocaleString('en')} of ${total.toLocaleString('en')}  ${rate.toLocaleString('en')}/s` +
        `${left(total - done, rate)}${label === undefined ? '' : `  ${label}`}`;
      // A line that wraps could not be drawn over.
      stream.write(`\r\u001b[K${cut(line, stream.columns - 1)}`);
    },
    end() {
      if (drawnAt > 0) stream.write('\r\u001b[K');
    },
  };
}

/** How long it will take, once that says something. */
function left(count: number, rate: number): string {
  if (rate === 0 || count <= 0) return '';
  const seconds = Math.ceil(count / rate);
  return seconds < 120 ? `  ${seconds} s left` : `  ${Math.ceil(seconds / 60)} min left`;
}
