import { test } from 'vitest';
import type { JsonObject } from '@indelible/core';
import { monthStart } from '../store/partitions.ts';
import { captured, openHistoryTrail } from './history.test.fixture.ts';
import { readResourcePage } from './history-resource.ts';
import { resourceState } from './state.ts';
import { resourceHistory } from './history.ts';
import { actorSummary } from './actor.ts';

test('perf', async () => {
  const NOW = Date.now();
  const first = monthStart(new Date(NOW), -83);
  const trail = await openHistoryTrail(first);
  const row = (n: number): JsonObject => ({ id: 1, name: 'Support bot', model: `m${n % 7}`, temperature: (n % 10) / 10, prompt: `You are a helpful assistant, version ${n}. `.repeat(4), owner: 'usr_1', config: { limits: { max: n, min: 0 }, tags: ['a', 'b'] }, created_at: '2026-01-01T00:00:00Z', updated_at: `${n}`, plan: 'team', enabled: n % 2 === 0, description: 'A bot that helps', locale: 'en', x: n });
  for (let m = 0; m < 84; m++) {
    const t0 = monthStart(first, m).getTime() + 3600_000;
    const evs = [];
    for (let k = 0; k < 12; k++) {
      const n = m * 12 + k;
      evs.push(captured({ verb: n === 0 ? 'created' : 'updated', atMs: t0 + k * 60_000, id: 'spread', ...(n > 0 && { before: row(n - 1) }), after: row(n) }));
    }
    for (let k = 0; k < 200; k++) evs.push(captured({ verb: 'updated', atMs: t0 + k * 1000, id: `noise${(m * 200 + k) % 500}`, before: row(k), after: row(k + 1) }));
    if (m >= 83) for (let n = 0; n < 1000; n++) evs.push(captured({ verb: n === 0 ? 'created' : 'updated', atMs: t0 + n * 1000, id: 'dense', ...(n > 0 && { before: row(n - 1) }), after: row(n) }));
    for (let i = 0; i < evs.length; i += 500) await trail.append('org_acme', evs.slice(i, i + 500), t0 + 2 * 3600_000);
  }
  await trail.trail.owner.query('vacuum analyze indelible.event');
  const log = await trail.log('org_acme');
  const ask = { reader: trail.trail.reader, gaps: trail.gaps };
  const at = new Date(NOW).toISOString();
  const bench = async (name: string, f: () => Promise<unknown>) => {
    const ts: number[] = [];
    for (let i = 0; i < 150; i++) { const t = performance.now(); await f(); ts.push(performance.now() - t); }
    ts.splice(0, 20); ts.sort((a, b) => a - b);
    console.log(name, 'p50', ts[ts.length >> 1]?.toFixed(1), 'p95', ts[Math.floor(ts.length * 0.95)]?.toFixed(1));
  };
  for (const id of ['dense', 'spread', 'noise7']) {
    await bench(`${id} events`, () => resourceHistory(trail.trail.reader, log, { type: 'bot', id }, {}));
    await bench(`${id} page`, () => readResourcePage(ask, log, { type: 'bot', id }, {}));
    await bench(`${id} state`, () => resourceState(ask, log, { type: 'bot', id }, { at }));
  }
  await bench('actor', () => actorSummary(trail.trail.reader, log, 'usr_1', {}));
  await trail.close();
}, 600_000);
