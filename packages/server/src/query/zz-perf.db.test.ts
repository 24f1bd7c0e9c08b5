import { test } from 'vitest';
import type { JsonObject } from '@indelible/core';
import { monthStart } from '../store/partitions.ts';
import { captured, openHistoryTrail } from './history.test.fixture.ts';
import { readResourcePage } from './history-resource.ts';
import { makeTruncations } from './truncations.ts';
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
  const ask = { reader: trail.trail.reader, gaps: trail.gaps, truncations: makeTruncations() };
  const at = new Date(NOW).toISOString();
  const bench = async (name: string, f: () => Promise<unknown>) => {
    const ts: number[] = [];
    for (let i = 0; i < 150; i++) { const t = performance.now(); await f(); ts.push(performance.now() - t); }
    ts.splice(0, 20); ts.sort((a, b) => a - b);
    console.log(name, 'p50', ts[ts.length >> 1]?.toFixed(1), 'p95', ts[Math.floor(ts.length * 0.95)]?.toFixed(1));
  };
  const { asTenant } = await import('../store/as-tenant.ts');
  const { readResource } = await import('../store/read-resource.ts');
  const { recordedBounds } = await import('../store/read-events.ts');
  const { historyEvent } = await import('./history-event.ts');
  const { stateAt } = await import('@indelible/core');
  const cpu = async (name: string, times: number, f: () => unknown) => {
    for (let i = 0; i < times; i++) await f();
    const t = performance.now(); const c = process.cpuUsage();
    for (let i = 0; i < times; i++) await f();
    const u = process.cpuUsage(c);
    console.log(name, 'wall', ((performance.now() - t) / times).toFixed(1), 'cpu', ((u.user + u.system) / 1000 / times).toFixed(1));
  };
  const rows = await asTenant(trail.trail.reader, log.tenantId, 5000, async (tx) => { const recorded = await recordedBounds(tx, log.tenantId, {}); return readResource(tx, log.tenantId, { type: 'bot', id: 'dense' }, { recorded: recorded as never, order: 'desc', limit: 1000 }); });
  console.log('rows', rows.length, rows[5]?.disclosures.length);
  let events = rows.map((r) => historyEvent(log, r, { type: 'bot', id: 'dense' })).reverse();
  await cpu('historyEvent', 30, () => { events = rows.map((r) => historyEvent(log, r, { type: 'bot', id: 'dense' })).reverse(); });
  await cpu('stateAt', 30, () => stateAt(events, NOW));
  await cpu('read', 30, () => asTenant(trail.trail.reader, log.tenantId, 5000, async (tx) => { const recorded = await recordedBounds(tx, log.tenantId, {}); return readResource(tx, log.tenantId, { type: 'bot', id: 'dense' }, { recorded: { fromMs: monthStart(new Date(NOW)).getTime(), toMs: recorded?.toMs ?? 0 }, order: 'desc', limit: 1000 }); }, 'ordered'));
  for (const id of ['dense', 'spread', 'noise7']) {
    await cpu(`${id} page`, 20, () => readResourcePage(ask, log, { type: 'bot', id }, {}));
    await cpu(`${id} state`, 20, () => resourceState(ask, log, { type: 'bot', id }, { at }));
  }
  const { Session } = await import('node:inspector/promises');
  const session = new Session(); session.connect();
  await session.post('Profiler.enable'); await session.post('Profiler.setSamplingInterval', { interval: 200 }); await session.post('Profiler.start');
  for (let i = 0; i < 60; i++) await resourceState(ask, log, { type: 'bot', id: 'dense' }, { at });
  const { profile } = await session.post('Profiler.stop');
  const self = new Map<string, number>(); const byId = new Map(profile.nodes.map((n) => [n.id, n]));
  profile.samples?.forEach((id, i) => { const n = byId.get(id); if (!n) return; const k = `${n.callFrame.functionName} ${n.callFrame.url.split('/').slice(-2).join('/')}:${n.callFrame.lineNumber}`; self.set(k, (self.get(k) ?? 0) + (profile.timeDeltas?.[i] ?? 0) / 1000 / 60); });
  console.log([...self].sort((a, b) => b[1] - a[1]).slice(0, 28).map(([k, v]) => `PROF ${v.toFixed(2)} ${k}`).join('\n'));
  const seen: string[] = [];
  await asTenant(trail.trail.reader, log.tenantId, 5000, async (tx) => {
    const q = tx.query.bind(tx) as (...args: unknown[]) => Promise<unknown>;
    const wrapped = { query: async (...args: unknown[]) => { const t = performance.now(); const r = await q(...args); const o = args[0] as { text?: string } | string; seen.push(`${(performance.now() - t).toFixed(1)} ${(typeof o === 'string' ? o : o.text ?? '').replace(/\s+/g, ' ').slice(0, 60)}`); return r; } };
    const { readKnown } = await import('./state.ts');
    for (const id of ['dense', 'spread', 'noise7']) { seen.push(id); await readKnown(wrapped as never, ask, log, { type: 'bot', id }, { untilMs: NOW, need: 'blame' }); }
    for (const n of [0, 1]) {
      const ex = await tx.query(`explain (analyze, buffers) select e.id, e.disclosures from indelible.event e where e.tenant_id = ${log.tenantId} and e.recorded_at >= ${n === 0 ? `'${monthStart(new Date(NOW)).toISOString()}'` : `'2000-01-01'`} and e.recorded_at < 'infinity' and e.resource_type = 'bot' and e.resource_id = 'dense' order by e.occurred_at desc, e.seq desc limit 1000`);
      console.log(ex.rows.map((r) => r['QUERY PLAN']).filter((l) => n === 0 || !/event_20/.test(l)).join('\n').slice(0, 2500));
    }
  }, 'ordered');
  console.log(seen.join('\n'));
  await trail.close();
}, 600_000);
