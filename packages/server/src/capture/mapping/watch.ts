// The mapping file of a running server: read at the start, and again whenever it changes. One that cannot be used is told in
// the log, and the one before stays in force.

import { unwatchFile, watchFile } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { Failure } from '@indelible/core';
import { parseMapping, readMapping } from './load.ts';
import type { Mapping, SourceMapping } from './mapping.ts';

export interface MappingLog {
  info(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

const POLL_MS = 1_000;
const SETTLE_MS = 250;

/**
 * Looks at the file by its name once a second, which sees editors that put a new file in its place, and links that are bent.
 *
 * @example
 * const file = await MappingFile.open('mapping.yaml', log);
 * file.of('app').tables.get('public.bots');
 * file.close();
 */
export class MappingFile {
  readonly #file: string;
  readonly #log: MappingLog;
  readonly #sources = new Map<string, SourceMapping>();
  readonly #changed = (): void => void this.#reload();
  #mapping: Mapping;
  #refused: string | undefined;
  #reading = false;

  private constructor(file: string, mapping: Mapping, log: MappingLog) {
    this.#file = file;
    this.#mapping = mapping;
    this.#log = log;
    watchFile(file, { interval: POLL_MS, persistent: false }, this.#changed);
  }

  /** @throws Failure `config_invalid` with every fault as file:line:column */
  static async open(file: string, log: MappingLog): Promise<MappingFile> {
    return new MappingFile(file, await readMapping(file), log);
  }

  /** What the file says of a source; the same object until the file says something else. */
  of(source: string): SourceMapping {
    let found = this.#sources.get(source);
    if (found === undefined) {
      found = this.#mapping.of(source);
      this.#sources.set(source, found);
    }
    return found;
  }

  /** The sources that the file names, each with its place. */
  get sources(): ReadonlyMap<string, string> {
    return this.#mapping.sources;
  }

  close(): void {
    unwatchFile(this.#file, this.#changed);
  }

  async #reload(): Promise<void> {
    if (this.#reading) return;
    this.#reading = true;
    try {
      const text = await settled(this.#file);
      const mapping = parseMapping(text, this.#file);
      this.#refused = undefined;
      if (mapping.sha256 === this.#mapping.sha256) return;
      this.#mapping = mapping;
      this.#sources.clear();
      this.#log.info({ file: this.#file, sha256: mapping.sha256 }, 'the mapping file has changed and is in force');
    } catch (error) {
      this.#refuse(error instanceof Error ? error.message : String(error), error instanceof Failure);
    } finally {
      this.#reading = false;
    }
  }

  #refuse(reason: string, understood: boolean): void {
    if (this.#refused === reason) return;
    this.#refused = reason;
    const what = understood ? 'cannot be used' : 'cannot be read';
    this.#log.error({ file: this.#file, reason }, `the mapping file ${what}, and the one before stays in force: ${reason}`);
  }
}

/** The text once it stays as it is: half a file may be a whole mapping that skips and redacts less. */
async function settled(file: string): Promise<string> {
  for (let last = await readFile(file, 'utf8'); ;) {
    await pause(SETTLE_MS);
    const text = await readFile(file, 'utf8');
    if (text === last) return text;
    last = text;
  }
}
