// Captures changes of PostgreSQL databases: no code per model, no code per query.

export { Capture, type CaptureOptions, type CaptureState, type CaptureStatus } from './capture.ts';
export type { Counters } from './counters.ts';
export { captureDoctor, type CaptureDoctor } from './doctor.ts';
export { captureSetup, type CaptureSetup, type CaptureSetupResult } from './setup.ts';
export type { CaptureLog } from './session.ts';
export { isRegistered } from './source-record.ts';
export type { Check } from './source-checks.ts';
export type { MapOptions } from './resource-map.ts';
export type { Uncovered } from './publication-plan.ts';
