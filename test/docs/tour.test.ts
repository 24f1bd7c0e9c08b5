// docs/TOUR.md as it stands: every command is run beside a demo, ends with exit code 0, and prints what the document shows.
// The transcript of the README is run after it, on the same demo.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { MOMENTS } from '../../examples/bot-platform/dist/story/moments.js';
import { type Block, blocksOf, document, missingLines } from './blocks.test.fixture.ts';
import { type Demo, startDemo } from './demo.test.fixture.ts';

const TOUR = document('docs/TOUR.md');
/** Where the demo of a reader listens; that of a test takes any free port. */
const SHOWN_URL = 'http://127.0.0.1:8787';
const WORDS_A_MINUTE = 200;

interface Step {
  readonly name: string;
  readonly command: string;
  readonly shown: string;
}

/** A block of commands, and the block without a language behind it: what they print. */
function stepsOf(blocks: readonly Block[]): Step[] {
  return blocks.flatMap(({ language, text }, index) => {
    if (language !== 'sh') return [];
    const next = blocks[index + 1];
    return [{ name: text.split('\n')[0] ?? '', command: text.trim(), shown: next?.language === '' ? next.text : '' }];
  });
}

const STEPS = stepsOf(blocksOf(TOUR));
let demo: Demo;

beforeAll(async () => {
  demo = await startDemo();
  // It is ready before its story is told to the end.
  for (const { query, finds } of MOMENTS) await demo.untilFound(query, finds);
}, 240_000);
afterAll(() => demo?.close(), 60_000);

test('it takes five minutes at most: to read, and ten seconds a command', () => {
  expect(STEPS.length).toBeGreaterThan(8);
  const prose = TOUR.replace(/^```[\s\S]*?^```$/gm, '');
  const minutes = prose.split(/\s+/).length / WORDS_A_MINUTE + (STEPS.length * 10) / 60;
  expect(minutes).toBeLessThanOrEqual(5);
});

// One after the other, for a step stands on those before it.
test.each(STEPS)('$name', async ({ command, shown }) => {
  const { exitCode, output } = await demo.shell.run(command.replaceAll(SHOWN_URL, demo.url));
  expect({ exitCode, missing: missingLines(shown, output), output }).toEqual({ exitCode: 0, missing: [], output });
});

/** A transcript: a command behind each `$`, and below it what it prints. */
function transcriptOf(blocks: readonly Block[]): Step[] {
  const text = blocks.find(({ language }) => language === 'console')?.text ?? '';
  return text.split(/^\$ /m).flatMap((part) => {
    const [command = '', ...shown] = part.split('\n');
    return command === '' ? [] : [{ name: command, command, shown: shown.join('\n') }];
  });
}

const TRANSCRIPT = transcriptOf(blocksOf(document('README.md')));

test('the README has a transcript', () => {
  expect(TRANSCRIPT.length).toBeGreaterThan(3);
});

test.each(TRANSCRIPT)('README: $name', async ({ command, shown }) => {
  const { exitCode, output } = await demo.shell.run(command);
  // An altered trail is told by the exit code as well.
  const expected = shown.includes('ALTERED') ? 1 : 0;
  expect({ exitCode, missing: missingLines(shown, output), output }).toEqual({ exitCode: expected, missing: [], output });
});
