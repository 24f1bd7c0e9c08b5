// A process of its own that starts the embedded server, for the tests: says on standard output what became of it, and
// waits to be killed or, on a line of input, stops cleanly. Told a user, it becomes that user first.

import { once } from 'node:events';
import { startEmbedded } from './index.ts';

interface Orders {
  readonly directory: string;
  readonly cacheDirectory?: string;
  readonly packageDirectory?: string;
  readonly become?: { readonly uid: number; readonly gid: number };
}

const orders = JSON.parse(process.argv[2] ?? '{}') as Orders;
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const say = (answer: object): boolean => process.stdout.write(`${JSON.stringify(answer)}\n`);

if (orders.become !== undefined) {
  process.setgroups?.([]);
  process.setgid?.(orders.become.gid);
  process.setuid?.(orders.become.uid);
}
try {
  const embedded = await startEmbedded({ ...orders, logger: silent, settings: { fsync: 'off' } });
  say({ pid: embedded.pid, adopted: embedded.adopted, url: embedded.superuserUrl(), owner: process.pid });
  await once(process.stdin, 'data');
  await embedded.stop();
  say({ stopped: true });
} catch (error) {
  say({ code: (error as { code?: string }).code ?? 'unknown', message: String(error) });
}
process.exit(0);
