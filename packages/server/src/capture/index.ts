// Captures changes of PostgreSQL databases: no code per model, no code per query. The way of a change through the folders:
//
//   replication (what the slot sends) -> attribution (who) + tables (what a table means) + tenants (whose)
//     -> values, rows (the event) -> batch.ts (one transaction of the trail), driven by session.ts and capture.ts
//
// setup and doctor make a source ready, source and slot know its catalog and its slot, ddl and baseline say what rows do not,
// gaps and coverage what was lost and what is not captured, mapping what a person wants otherwise, and oracle tests all of it.

export { Capture, type CaptureOptions, type CaptureState, type CaptureStatus } from './capture.ts';
export type { Counters } from './counters.ts';
export {
  type CoverageReport,
  type SourceCoverage,
  type TableCoverage,
  type WatchedSource,
  makeCoverage,
} from './coverage/coverage-report.ts';
export { keepDailyCoverage } from './coverage/daily-coverage.ts';
export { captureDoctor, type CaptureDoctor } from './doctor/doctor.ts';
export { type CaptureRemove, type CaptureRemoveResult, captureRemove } from './setup/remove.ts';
export { type BaselineProgress, type BaselineResult, setupWithBaseline } from './baseline/baseline.ts';
export { captureResume, type CaptureResume, type CaptureResumeResult } from './setup/resume.ts';
export { captureSetup, type CaptureSetup, type CaptureSetupResult } from './setup/setup.ts';
export type { CaptureLog } from './session.ts';
export type { Waiting } from './slot/slot-wait.ts';
export type { Check } from './source/source-checks.ts';
export { readMapping } from './mapping/load.ts';
export type { MappingChoice } from './mapping/on-record.ts';
export { type CapturePreview, type PreviewedEvent, type PreviewedTable, capturePreview } from './setup/preview.ts';
export { MappingFile } from './mapping/watch.ts';
export type { MapOptions } from './tables/resource-map.ts';
export type { Uncovered } from './source/publication-plan.ts';
