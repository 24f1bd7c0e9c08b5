// npm start: makes the clone ready, then runs the demo in this process.

import { prepareOrExit } from './prepare.mjs';
import { become } from './tools.mjs';

await prepareOrExit();
await become('packages/server/dist/cli/main.js', ['demo', ...process.argv.slice(2)]);
