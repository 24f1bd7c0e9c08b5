// What the steps of an outsider's verification share: the server, whom to trust, what was seen before, what was found.

import { z } from 'zod';
import type { Checked, FindingList } from './finding.ts';
import type { Remote, RemoteOptions } from './remote.ts';
import type { RemoteKeys } from './remote-keys.ts';
import type { State } from './state-file.ts';

export interface VerifyServerOptions extends RemoteOptions {
  /** The file that keeps what was seen; made at the first use. */
  readonly stateFile: string;
  /** The printed key of the tenant's log or of the system log, got elsewhere. */
  readonly vkey?: string;
  /** Every event with what it discloses, and not only a sample. */
  readonly allEvents?: boolean;
  /** Told as tiles, and then events, are read. */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

const PUBLISHED = z.object({ origin: z.string(), logId: z.string(), size: z.int().min(1), root: z.base64(), checkpoint: z.string() });
export const STATUS = PUBLISHED.extend({ system: PUBLISHED });
export const KEYS = z.object({
  keys: z.array(z.object({ algorithm: z.string(), publicKey: z.base64(), to: z.string().optional(), proof: z.string().optional() })),
});
/** What the server publishes of one log. */
export type Published = z.infer<typeof PUBLISHED>;
export type Status = z.infer<typeof STATUS>;

export interface Run {
  readonly options: VerifyServerOptions;
  readonly remote: Remote;
  readonly state: State | undefined;
  readonly keys: RemoteKeys;
  readonly found: FindingList;
  readonly checked: Checked;
  readonly notes: string[];
}
