// Starts the platform, says where, and stops on SIGTERM or SIGINT.

import { serve } from '@hono/node-server';
import { createApp } from './app.ts';
import { readConfig } from './config.ts';
import { openDatabase } from './database.ts';
import { openVault } from './encryption.ts';
import { scheduleJobs } from './jobs/schedule.ts';
import { whenAsked } from './lifetime.ts';

try {
  const config = readConfig(process.env);
  const vault = openVault(config.SECRETS_KEY);
  const db = await openDatabase(config.DATABASE_URL, vault);
  const jobs = scheduleJobs(db, config.JOBS_SECONDS);
  const server = serve({ fetch: createApp(db, vault).fetch, hostname: config.BIND, port: config.PORT }, ({ port }) => {
    const host = config.BIND.includes(':') ? `[${config.BIND}]` : config.BIND;
    console.log(JSON.stringify({ ready: true, url: `http://${host}:${port}` }));
  });
  server.on('error', (error) => {
    console.error(error.message);
    process.exit(1);
  });
  whenAsked(() => {
    server.close(() => void jobs.stop().then(() => db.destroy()));
    // Connections that are kept alive would hold the server up.
    if ('closeIdleConnections' in server) server.closeIdleConnections();
  });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
