// Starts the practice's API, says where, and stops on SIGTERM or SIGINT.

import type { AddressInfo } from 'node:net';
import { createApp } from './app.ts';
import { readConfig } from './config.ts';
import { openDatabase } from './database.ts';

try {
  const config = readConfig(process.env);
  const db = openDatabase(config.DATABASE_URL);
  const server = createApp(db).listen(config.PORT, '127.0.0.1', (error) => {
    if (error !== undefined) {
      console.error(error.message);
      process.exit(1);
    }
    const { port } = server.address() as AddressInfo;
    console.log(JSON.stringify({ ready: true, url: `http://127.0.0.1:${port}` }));
  });
  const stop = (): void => {
    server.close(() => void db.$disconnect());
    server.closeIdleConnections();
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
