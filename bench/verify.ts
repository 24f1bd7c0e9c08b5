// verify: the whole log from the database, columns included, events a second and core.

import { execFile } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';
import type { Bench } from './bench.ts';
import { besideUs } from './child.ts';
import { figure } from './figure.ts';
import { withFilled } from './filled.ts';
import { withCluster } from './trail.ts';

const EVENTS = 200_000;
const GOAL = 40_000;

interface Verified {
  readonly ok: boolean;
  readonly findings: readonly unknown[];
  readonly events: number;
  readonly milliseconds: number;
}

export const verify: Bench = {
  name: 'verify',
  run: (ctx, tell) =>
    withCluster(async (cluster) => {
      const count = ctx.options.events ?? EVENTS;
      ctx.say(`verify: making a log of ${count} events`);
      await withFilled(cluster, count, async ({ store, signerDirectory }) => {
        // Statistics as they are on a trail that has run for a while.
        await store.owner.query('analyze');
        const { profile } = ctx.options;
        const nodeArguments = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
        const args = [...nodeArguments, besideUs('verify-process.js'), store.ownerUrl, signerDirectory];
        const { stdout } = await promisify(execFile)(process.execPath, args);
        const { ok, findings, events, milliseconds } = JSON.parse(stdout) as Verified;
        if (!ok || events < count) throw new Error(`${events} events were verified, with these findings: ${JSON.stringify(findings)}`);
        const cores = availableParallelism();
        ctx.say(`verify: ${events} events in ${(milliseconds / 1_000).toFixed(2)} s on ${cores} cores`);
        tell(figure({ bench: 'verify', value: events / (milliseconds / 1_000) / cores, unit: 'events/s/core', floor: null, goal: GOAL }));
      });
    }),
};
