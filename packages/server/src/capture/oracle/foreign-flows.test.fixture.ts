// What two job queues do all day, by their own means: queues of each policy, retries, dead letters, schedules, cron,
// archival and deletion, several workers at once. Nothing in it knows that it is captured.

import { setTimeout as pause } from 'node:timers/promises';
import { type Runner, Logger, makeWorkerUtils, run } from 'graphile-worker';
import PgBoss from 'pg-boss';

const SCHEMAS = ['pgboss', 'pgboss_timed'];

/** Makes the schemas of both, as their first start does; nothing runs afterwards. */
export async function installFlows(url: string): Promise<void> {
  for (const schema of SCHEMAS) {
    const boss = new PgBoss({ connectionString: url, max: 2, schema, supervise: false, schedule: false });
    await boss.start();
    await boss.stop({ graceful: true, wait: true, timeout: 10_000 });
  }
  const utils = await makeWorkerUtils({ connectionString: url, logger: quiet });
  await utils.migrate();
  await utils.release();
}

/** Works until the signal. @returns faults that the software itself reported */
export async function runFlows(url: string, over: AbortSignal): Promise<string[]> {
  const faults: string[] = [];
  const start = async (options: PgBoss.ConstructorOptions): Promise<PgBoss> => {
    const boss = new PgBoss({ connectionString: url, max: 4, monitorStateIntervalSeconds: 1, ...options });
    boss.on('error', (error) => faults.push(`pg-boss: ${error.message}`));
    return boss.start();
  };
  // Its cron is off while it archives within a minute, so that there is one for each.
  const quick = { archiveCompletedAfterSeconds: 2, deleteAfterSeconds: 3, maintenanceIntervalSeconds: 1 };
  const bosses = [await start(quick), await start(quick)];
  const timed = await start({
    schema: 'pgboss_timed',
    clockMonitorIntervalSeconds: 1,
    cronMonitorIntervalSeconds: 1,
    cronWorkerIntervalSeconds: 1,
  });
  await Promise.all([queues(bosses, over), timing(timed, over), workers(url, over)]);
  for (const boss of [...bosses, timed]) await boss.stop({ graceful: true, wait: true, timeout: 10_000 });
  return faults;
}

const quiet = new Logger(() => () => {});

async function queues([first, second]: readonly PgBoss[], over: AbortSignal): Promise<void> {
  if (first === undefined || second === undefined) return;
  await first.createQueue('dead');
  for (const policy of ['standard', 'short', 'singleton', 'stately'] as const)
    await first.createQueue(policy, { name: policy, policy, retryLimit: 2, retryDelay: 1, deadLetter: 'dead' });
  await first.subscribe('happened', 'standard');
  for (const boss of [first, second]) {
    for (const policy of ['standard', 'short', 'singleton', 'stately', 'dead']) {
      await boss.work<{ n?: number }>(policy, { pollingIntervalSeconds: 0.5, batchSize: 5 }, async (jobs) => {
        await pause(5);
        if (policy !== 'dead' && jobs.some(({ data }) => (data.n ?? 0) % 7 === 3)) throw new Error('this one fails');
        return { done: jobs.length };
      });
    }
  }
  for (let n = 0; !over.aborted; n++) {
    for (const policy of ['standard', 'short', 'singleton', 'stately'])
      await second.send(policy, { n, text: `it's "${n}"` }, { priority: n % 3 });
    await first.insert(Array.from({ length: 20 }, (_, index) => ({ name: 'standard', data: { n: n + index } })));
    await first.sendAfter('standard', { n }, {}, 1);
    await first.sendThrottled('standard', { n }, {}, 1, 'throttle');
    await second.sendDebounced('standard', { n }, {}, 1, 'debounce');
    await second.publish('happened', { n });
    const id = await first.send('short', { n: 3 }, { startAfter: 60, singletonKey: `k${n}` });
    if (id !== null) {
      await first.cancel('short', id);
      await second.resume('short', id);
      await first.deleteJob('short', id);
    }
    if (n % 5 === 4) {
      // A queue is a partition: it comes, is used, and goes.
      const name = `queue${n}`;
      await first.createQueue(name);
      await first.send(name, { n });
      const [job] = await second.fetch(name);
      if (job !== undefined) {
        await second.complete(name, job.id, { fine: true });
        await second.deleteJob(name, job.id);
      }
      await first.send(name, { n });
      await first.purgeQueue(name);
      await first.deleteQueue(name);
    }
    await pause(150);
  }
  for (const boss of [first, second])
    for (const policy of ['standard', 'short', 'singleton', 'stately', 'dead']) await boss.offWork(policy);
}

async function timing(boss: PgBoss, over: AbortSignal): Promise<void> {
  await boss.createQueue('minutely');
  await boss.work('minutely', { pollingIntervalSeconds: 0.5 }, async () => {});
  for (let n = 0; !over.aborted; n++) {
    await boss.schedule('minutely', '* * * * *', { n }, { tz: n % 2 === 0 ? 'UTC' : 'Europe/Zurich' });
    if (n % 10 === 9) await boss.unschedule('minutely');
    await pause(500);
  }
  await boss.offWork('minutely');
}

async function workers(url: string, over: AbortSignal): Promise<void> {
  const options = {
    connectionString: url,
    concurrency: 3,
    pollInterval: 200,
    noHandleSignals: true,
    logger: quiet,
    taskList: {
      good: () => pause(3),
      bad: (payload: unknown) => {
        if ((payload as { n: number }).n % 2 === 0) throw new Error('this one fails');
      },
      timed: () => {},
    },
    // The runs of the last hour are made up for at once.
    crontab: '* * * * * timed ?fill=1h&max=3',
  };
  const runners: Runner[] = [await run(options), await run(options)];
  const utils = await makeWorkerUtils({ connectionString: url, logger: quiet });
  for (let n = 0; !over.aborted; n++) {
    for (let job = 0; job < 10; job++) await utils.addJob('good', { n, job, text: `it's "${n}"` });
    await utils.addJob('bad', { n }, { maxAttempts: 2 });
    await utils.addJob('good', { n }, { queueName: `serial${n % 3}`, priority: n % 4, flags: ['slow'] });
    await utils.addJob(
      'good',
      { n },
      { jobKey: 'one', jobKeyMode: n % 2 === 0 ? 'replace' : 'preserve_run_at', runAt: new Date(Date.now() + 300) },
    );
    const later = await utils.addJob('good', { n }, { runAt: new Date(Date.now() + 3_600_000) });
    await utils.rescheduleJobs([later.id], { priority: 1 });
    await (n % 2 === 0 ? utils.completeJobs([later.id]) : utils.permanentlyFailJobs([later.id], 'not wanted'));
    if (n % 10 === 9) await utils.cleanup({ tasks: ['GC_TASK_IDENTIFIERS', 'GC_JOB_QUEUES', 'DELETE_PERMAFAILED_JOBS'] });
    await pause(100);
  }
  await Promise.all(runners.map((runner) => runner.stop()));
  await utils.release();
}
