// A process of its own that verifies a database, and says on one line how long that took.

import { verifyDatabase } from '@indelible/server/dist/verify/database.js';

const [ownerUrl, signerDirectory] = process.argv.slice(2);
if (ownerUrl === undefined || signerDirectory === undefined) throw new Error('usage: verify-process <owner URL> <signer directory>');
const started = performance.now();
const { ok, findings, checked } = await verifyDatabase({ ownerUrl, signerDirectory });
const milliseconds = performance.now() - started;
process.stdout.write(`${JSON.stringify({ ok, findings, events: checked.events, milliseconds })}\n`);
