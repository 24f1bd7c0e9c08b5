// What the demo does before it is ready, a line each: what it is, how far, and how long it took.

import pc from 'picocolors';
import { cut } from './text-width.ts';

export interface Steps {
  /** Does a piece of work, and shows its title meanwhile; the work may say how far it is, and what came of it. */
  run<T>(title: string, work: (say: (detail: string) => void) => Promise<T>): Promise<T>;
}

const TITLE_COLUMNS = 30;

/** Without a stream nothing is shown. */
export function makeSteps(stream: NodeJS.WriteStream | undefined): Steps {
  return {
    run: async (title, work) => {
      if (stream === undefined) return work(() => undefined);
      const started = performance.now();
      let detail = '';
      let over = false;
      const draw = (mark: string, end: string): void => {
        const seconds = `${((performance.now() - started) / 1_000).toFixed(1)} s`;
        // A line that wraps could not be drawn over.
        const text = cut(`${title.padEnd(TITLE_COLUMNS)} ${seconds.padStart(6)}  ${detail}`.trimEnd(), stream.columns - 4);
        stream.write(`\r\u001b[K ${mark} ${text}${end}`);
      };
      draw(pc.dim('·'), '');
      const redraw = setInterval(() => draw(pc.dim('·'), ''), 100);
      try {
        const result = await work((said) => {
          // Work that goes on behind has its say no more.
          if (over) return;
          detail = said;
          draw(pc.dim('·'), '');
        });
        draw(pc.green('✓'), '\n');
        return result;
      } catch (error) {
        draw(pc.red('✗'), '\n');
        throw error;
      } finally {
        over = true;
        clearInterval(redraw);
      }
    },
  };
}
