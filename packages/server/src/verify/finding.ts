// What verify finds, and the verdict that follows from it.

import { VERIFY_FINDINGS_MAX } from '../limits.ts';

export const FINDINGS = {
  value_changed: 'altered',
  leaf_changed: 'altered',
  entry_changed: 'altered',
  column_changed: 'altered',
  related_changed: 'altered',
  key_changed: 'altered',
  event_missing: 'altered',
  event_unexpected: 'altered',
  time_goes_back: 'altered',
  backdated: 'altered',
  tile_changed: 'altered',
  tile_missing: 'altered',
  root_changed: 'altered',
  signature_invalid: 'altered',
  checkpoint_unrecorded: 'altered',
  checkpoint_missing: 'altered',
  system_leaf_changed: 'altered',
  log_shrunk: 'altered',
  log_missing: 'altered',
  log_changed: 'altered',
  signer_key_changed: 'altered',
  cursor_moved: 'altered',
  forked: 'altered',
  export_short: 'altered',
  export_changed: 'altered',
  disclosure_missing: 'incomplete',
  not_sealed: 'incomplete',
  unreadable: 'incomplete',
} as const satisfies Record<string, 'altered' | 'incomplete'>;

export type FindingCode = keyof typeof FINDINGS;

export interface Finding {
  readonly code: FindingCode;
  readonly tenant?: string;
  /** The origin of the log. */
  readonly log?: string;
  readonly seq?: number;
  /** Where more than one event is concerned: the last of them. */
  readonly toSeq?: number;
  readonly action?: string;
  readonly actor?: string;
  /** The section of the event whose commitment does not fit. */
  readonly section?: string;
  readonly column?: string;
  /** The name of the captured source whose cursor or slot was moved. */
  readonly source?: string;
  readonly expected?: string;
  readonly found?: string;
  /** A sentence for people. */
  readonly message: string;
}

/** Of which log a finding is. */
export function belongingTo(log: { readonly tenant: string; readonly origin: string }): Pick<Finding, 'tenant' | 'log'> {
  return { tenant: log.tenant, log: log.origin };
}

/** How much was looked at. */
export interface Checked {
  logs: number;
  events: number;
  systemLeaves: number;
  tiles: number;
  checkpoints: number;
}

/** 0 verified, 1 altered, 2 incomplete; 3, a fault of usage, is thrown and never returned. */
export type ExitCode = 0 | 1 | 2;

export interface VerifyResult {
  readonly ok: boolean;
  readonly exitCode: ExitCode;
  readonly checked: Readonly<Checked>;
  /** At most VERIFY_FINDINGS_MAX of them. */
  readonly findings: readonly Finding[];
  /** All of them, by code. */
  readonly counts: Readonly<Partial<Record<FindingCode, number>>>;
  /** What the reader of the verdict should know, as whom it trusts. */
  readonly notes: readonly string[];
}

/** Collects findings in bounded memory. */
export interface FindingList {
  add(finding: Finding): void;
  /** Findings of which only the number is known. */
  count(code: FindingCode, more: number): void;
  has(code: FindingCode): boolean;
  result(checked: Checked, notes: readonly string[]): VerifyResult;
}

export function findingList(): FindingList {
  const findings: Finding[] = [];
  const counts: Partial<Record<FindingCode, number>> = {};
  return {
    add(finding) {
      counts[finding.code] = (counts[finding.code] ?? 0) + 1;
      if (findings.length < VERIFY_FINDINGS_MAX) findings.push(finding);
    },
    count(code, more) {
      counts[code] = (counts[code] ?? 0) + more;
    },
    has: (code) => counts[code] !== undefined,
    result(checked, notes) {
      const kinds = new Set((Object.keys(counts) as FindingCode[]).map((code) => FINDINGS[code]));
      const exitCode = kinds.has('altered') ? 1 : kinds.has('incomplete') ? 2 : 0;
      // Along each log; of one event the gravest first, in the order of FINDINGS.
      const rank = (code: FindingCode): string => String(Object.keys(FINDINGS).indexOf(code)).padStart(2, '0');
      const place = ({ log = '', seq = 0, code }: Finding): string => `${log}\n${String(seq).padStart(16, '0')} ${rank(code)}`;
      return {
        ok: exitCode === 0,
        exitCode,
        checked,
        findings: findings.toSorted((a, b) => (place(a) < place(b) ? -1 : 1)),
        counts,
        notes,
      };
    },
  };
}
