// Captures changes of PostgreSQL databases: no code per model, no code per query.

export { Capture, type CaptureOptions, type CaptureState, type CaptureStatus } from './capture.ts';
export type { Counters } from './counters.ts';
export { type CoverageReport, type SourceCoverage, type TableCoverage, type WatchedSource, makeCoverage } from './coverage-report.ts';
export { keepDailyCoverage } from './daily-coverage.ts';
export { captureDoctor, type CaptureDoctor } from './doctor.ts';
export { type CaptureRemove, type CaptureRemoveResult, captureRemove } from './remove.ts';
export { type BaselineProgress, type BaselineResult, setupWithBaseline } from './baseline.ts';
export { captureResume, type CaptureResume, type CaptureResumeResult } from './resume.ts';
export { captureSetup, type CaptureSetup, type CaptureSetupResult } from './setup.ts';
export type { CaptureLog } from './session.ts';
export type { Waiting } from './slot-wait.ts';
export type { Check } from './source-checks.ts';
export { readMapping } from './mapping/load.ts';
export type { MappingChoice } from './mapping/on-record.ts';
export { type CapturePreview, type PreviewedEvent, type PreviewedTable, capturePreview } from './preview.ts';
export { MappingFile } from './mapping/watch.ts';
export type { MapOptions } from './resource-map.ts';
export type { Uncovered } from './publication-plan.ts';
