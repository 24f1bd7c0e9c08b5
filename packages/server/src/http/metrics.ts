// Prometheus metrics: what was appended and how fast, how far sealing and capture are behind.

import { Counter, Gauge, Histogram, Registry } from 'prom-client';

export interface Metrics {
  readonly registry: Registry;
  committed(commit: { events: number; milliseconds: number }): void;
  /** Events that were handed to clients of live streams. */
  delivered(events: number): void;
  dropped(reason: string): void;
}

export interface Lag {
  readonly sealingSeconds: () => Promise<number> | number;
  readonly countingSeconds: () => number;
  /** Live streams that are open. */
  readonly listeners?: () => number;
  /** used: the share of max_slot_wal_keep_size that the slot holds, 0 to 1; undefined without a limit. */
  readonly slots: () => readonly { readonly source: string; readonly bytes: number; readonly used?: number | undefined }[];
}

export function makeMetrics(lag: Lag): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const appended = new Counter({
    name: 'indelible_appended_events_total',
    help: 'Events appended by this server through ingest',
    registers,
  });
  const latency = new Histogram({
    name: 'indelible_append_seconds',
    help: 'Time of one commit to the log, which may serve several requests',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers,
  });
  new Gauge({
    name: 'indelible_sealing_lag_seconds',
    help: 'Time since everything that was recorded until then stood under published checkpoints; NaN on a server that does not seal',
    registers,
    async collect() {
      this.set(await lag.sealingSeconds());
    },
  });
  new Gauge({
    name: 'indelible_counting_lag_seconds',
    help: 'Time since everything that was recorded until then stood in the counters; NaN on a server that does not count',
    registers,
    collect() {
      this.set(lag.countingSeconds());
    },
  });
  new Gauge({
    name: 'indelible_slot_lag_bytes',
    help: 'WAL that a captured database has written and that is not in the log yet',
    labelNames: ['source'],
    registers,
    collect() {
      this.reset();
      for (const { source, bytes } of lag.slots()) this.set({ source }, bytes);
    },
  });
  new Gauge({
    name: 'indelible_slot_wal_used_ratio',
    help: 'Share of the WAL that the captured database keeps for the slot at most (max_slot_wal_keep_size) which the slot holds; at 1 it is lost',
    labelNames: ['source'],
    registers,
    collect() {
      this.reset();
      for (const { source, used } of lag.slots()) if (used !== undefined) this.set({ source }, used);
    },
  });
  return {
    registry,
    ...streamMetrics(registry, lag.listeners),
    committed: ({ events, milliseconds }) => {
      appended.inc(events);
      latency.observe(milliseconds / 1000);
    },
  };
}

function streamMetrics(registry: Registry, listeners: Lag['listeners']): Pick<Metrics, 'delivered' | 'dropped'> {
  const registers = [registry];
  const delivered = new Counter({
    name: 'indelible_stream_events_total',
    help: 'Events handed to the clients of live streams, counted once for each client',
    registers,
  });
  const dropped = new Counter({
    name: 'indelible_stream_dropped_total',
    help: 'Live streams that this server has ended, by reason',
    labelNames: ['reason'],
    registers,
  });
  new Gauge({
    name: 'indelible_stream_listeners',
    help: 'Live streams that are open',
    registers,
    collect() {
      this.set(listeners?.() ?? 0);
    },
  });
  return {
    delivered: (events) => delivered.inc(events),
    dropped: (reason) => dropped.inc({ reason }),
  };
}
