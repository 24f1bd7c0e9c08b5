// npm run screenshots: makes the clone ready, then pictures of every page.

import { prepareOrExit } from './prepare.mjs';
import { become } from './tools.mjs';

await prepareOrExit();
await become('test/dist/e2e/screenshots.js', process.argv.slice(2));
