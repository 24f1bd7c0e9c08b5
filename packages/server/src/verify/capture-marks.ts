// Where in a source's log the events of a trail come from. The last position of each source is what its cursor must say.

import type { DisclosedText } from '../store/disclosures.ts';

export interface CaptureMark {
  /** `row`: a change at this place made the event; `cursor`: capture had come so far; `start`: capture began, or began again. */
  readonly kind: 'row' | 'cursor' | 'start';
  /** The name of the source. */
  readonly source: string;
  /** As in the event: `16/B374D848:3`; empty for a start. */
  readonly position: string;
  /** Milliseconds since 1970: when the event was recorded. */
  readonly t: number;
}

type Value = { readonly [key: string]: unknown };

const ROW_POSITION = /^[0-9A-F]{1,8}\/[0-9A-F]{1,8}:-?[0-9]{1,15}$/;

/** What an event says of how far a source was read; undefined for one that says nothing. */
export function markOf(sections: ReadonlyMap<string, Value>, disclosed: readonly DisclosedText[], t: number): CaptureMark | undefined {
  const source = sections.get('source');
  if (source?.['kind'] === 'postgres') {
    const { name, position } = source;
    // The rows of a baseline stand at no place of the stream.
    return typeof name === 'string' && typeof position === 'string' && ROW_POSITION.test(position)
      ? { kind: 'row', source: name, position, t }
      : undefined;
  }
  if (source?.['kind'] !== 'self' || sections.get('resource')?.['type'] !== 'capture_source') return undefined;
  const name = sections.get('resource')?.['id'];
  if (typeof name !== 'string') return undefined;
  if (sections.get('core')?.['action'] === 'capture.started') return { kind: 'start', source: name, position: '', t };
  const cursor = cursorIn(disclosed.find((section) => section.name === 'metadata')?.value);
  return cursor === undefined ? undefined : { kind: 'cursor', source: name, position: cursor, t };
}

function cursorIn(metadata: string | undefined): string | undefined {
  try {
    const { cursor } = JSON.parse(metadata ?? '{}') as { cursor?: unknown };
    return typeof cursor === 'string' && ROW_POSITION.test(cursor) ? cursor : undefined;
  } catch {
    return undefined;
  }
}

/** The last mark of each kind and source in a part of a log, or in the whole of it. */
export interface MarkList {
  add(mark: CaptureMark): void;
  all(): CaptureMark[];
}

// Senders cannot choose the name of a source, but whoever writes to the database can.
const SOURCES_MAX = 1_000;

/** They are added in the order of the log. */
export function markList(): MarkList {
  const marks = new Map<string, CaptureMark>();
  return {
    add(mark) {
      const key = `${mark.kind} ${mark.source}`;
      if (marks.size < SOURCES_MAX || marks.has(key)) marks.set(key, mark);
    },
    all: () => [...marks.values()],
  };
}

/** Positions as texts in their order. */
export function orderOf(position: string): string {
  const [high = '', low = '', ordinal = ''] = position.split(/[/:]/);
  // -1 stands before the first change of all.
  return `${high.padStart(8, '0')}${low.padStart(8, '0')}${ordinal === '-1' ? '' : ordinal.padStart(16, '0')}`;
}
