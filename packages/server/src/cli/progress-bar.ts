// A progress bar on standard error, drawn at most ten times a second and only on a terminal.

export interface ProgressBar {
  update(progress: { readonly done: number; readonly total: number }): void;
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
    update({ done, total }) {
      const now = performance.now();
      if (now - drawnAt < REDRAW_MS || total === 0) return;
      drawnAt = now;
      const filled = Math.round((WIDTH * done) / total);
      const rate = Math.round(done / Math.max(0.001, (now - started) / 1000)).toLocaleString('en');
      stream.write(
        `\r\u001b[K${'\u2588'.repeat(filled)}${'\u2591'.repeat(WIDTH - filled)} ${((100 * done) / total).toFixed(0).padStart(3)} %  ${done.toLocaleString('en')} of ${total.toLocaleString('en')}  ${rate}/s`,
      );
    },
    end() {
      if (drawnAt > 0) stream.write('\r\u001b[K');
    },
  };
}
