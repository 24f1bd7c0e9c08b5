// npm run bench: makes the clone ready, then runs the benchmarks in this process.

import { prepareOrExit } from './prepare.mjs';
import { become } from './tools.mjs';

await prepareOrExit();
await become('bench/dist/main.js', process.argv.slice(2));
