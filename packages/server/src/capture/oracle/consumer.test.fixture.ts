// A process that captures one source and nothing else, to be killed: the program of it, and how a test starts it.

import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { openStore } from '../../store/pool.ts';
import { Capture } from '../capture.ts';
import { CONTEXT_KEY } from '../capture.test.fixture.ts';

// Processes run the compiled code: Node 20 does not read TypeScript.
const PROGRAM = fileURLToPath(new URL('../../../dist/capture/oracle/consumer.test.fixture.js', import.meta.url));

export interface Consumer {
  readonly child: ChildProcess;
  /** What it has printed: a line for each state that it came into. */
  readonly states: string[];
  readonly ended: Promise<void>;
}

export interface ConsumerOptions {
  readonly name: string;
  readonly sourceUrl: string;
  /** The owner's. */
  readonly trailUrl: string;
  readonly leaseMs?: number;
  readonly commitRows?: number;
}

export function startConsumer(options: ConsumerOptions): Consumer {
  const child = spawn(process.execPath, [PROGRAM, JSON.stringify(options)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const states: string[] = [];
  child.stdout.on('data', (chunk: Buffer) => states.push(...chunk.toString().trim().split('\n')));
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  return { child, states, ended };
}

function run({ trailUrl, ...options }: ConsumerOptions): void {
  const store = openStore({ ownerUrl: trailUrl, appenders: 4, onError: () => {} });
  const log = { info: () => {}, warn: () => {}, error: () => {} };
  const capture = new Capture({ ...options, appender: store.appender, contextKey: CONTEXT_KEY, log });
  capture.start();
  let last = '';
  setInterval(() => {
    const { state } = capture.status();
    if (state !== last) process.stdout.write(`${state}\n`);
    last = state;
  }, 5);
}

const [, program, options] = process.argv;
if (program === PROGRAM && options !== undefined) run(JSON.parse(options) as ConsumerOptions);
