// Tiles: how a log's hashes are cut into files of 256, and the addresses of those files.
// Format: https://c2sp.org/tlog-tiles

/** Hashes, or entries, in a full tile. */
export const TILE_WIDTH = 256;
const LEVEL_MAX = 63;
const PATH = /^\/tile\/(entries|[0-9]{1,2})\/((?:x[0-9]{3}\/)*[0-9]{3})(?:\.p\/([0-9]{1,3}))?$/;

export interface TilePlace {
  /** 0 holds leaf hashes; each hash of a higher level is the root of a full tile of the level below. */
  readonly level: number;
  readonly index: number;
}

export interface Tile extends TilePlace {
  /** How many hashes it holds: 256 when full, fewer at the right edge of a tree. */
  readonly width: number;
}

/** A bundle of entries: as wide as the tile of level 0 with the same index. */
export interface EntryBundle {
  readonly level: 'entries';
  readonly index: number;
  readonly width: number;
}

/**
 * The address of a tile below the prefix of its log.
 *
 * @example printTilePath({ level: 0, index: 1234067, width: 112 }) === '/tile/0/x001/x234/067.p/112'
 */
export function printTilePath({ level, index, width }: Tile | EntryBundle): string {
  const digits = `${index}`;
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/[0-9]{3}/g) as string[];
  const last = groups.pop() as string;
  const partial = width === TILE_WIDTH ? '' : `.p/${width}`;
  return `/tile/${level}/${groups.map((group) => `x${group}/`).join('')}${last}${partial}`;
}

/** Reads an address; undefined for any text that `printTilePath` would not write. */
export function parseTilePath(path: string): Tile | EntryBundle | undefined {
  const match = PATH.exec(path);
  if (match === null) return undefined;
  const [, level, groups, partial] = match as unknown as [string, string, string, string?];
  const index = Number(groups.replaceAll('x', '').replaceAll('/', ''));
  const width = partial === undefined ? TILE_WIDTH : Number(partial);
  if (!Number.isSafeInteger(index) || width < 1 || (partial !== undefined && width >= TILE_WIDTH)) return undefined;
  const tile = level === 'entries' ? ({ level, index, width } as const) : { level: Number(level), index, width };
  if (tile.level !== 'entries' && tile.level > LEVEL_MAX) return undefined;
  // Leading zeros and empty groups have been read as if they were not there.
  return printTilePath(tile) === path ? tile : undefined;
}

/** How wide a tile is in a tree of `size` leaves: 0 when the tree does not reach it, 256 when it is full. */
export function tileWidth(size: number, { level, index }: TilePlace): number {
  const hashes = Math.floor(size / TILE_WIDTH ** level);
  return Math.min(TILE_WIDTH, Math.max(0, hashes - index * TILE_WIDTH));
}

/**
 * The tiles that become full while a tree grows from `from` to `to` leaves, level by level from the lowest. They never
 * change afterwards. `fullTiles(0, size)` gives all full tiles of a tree.
 */
export function* fullTiles(from: number, to: number): Generator<Tile> {
  for (let level = 0, leaves = TILE_WIDTH; leaves <= to; level++, leaves *= TILE_WIDTH) {
    for (let index = Math.floor(from / leaves); index < Math.floor(to / leaves); index++) yield { level, index, width: TILE_WIDTH };
  }
}

/** The partial tiles at the right edge of a tree: at most one a level. Empty tiles do not exist. */
export function* partialTiles(size: number): Generator<Tile> {
  for (let level = 0, leaves = 1; leaves <= size; level++, leaves *= TILE_WIDTH) {
    const hashes = Math.floor(size / leaves);
    if (hashes % TILE_WIDTH > 0) yield { level, index: Math.floor(hashes / TILE_WIDTH), width: hashes % TILE_WIDTH };
  }
}

/**
 * A bundle of entries: each as its length (two bytes, big-endian) and its bytes.
 *
 * @throws {RangeError} for an entry above 65,535 bytes
 */
export function encodeEntries(entries: readonly Uint8Array[]): Uint8Array {
  const bundle = new Uint8Array(entries.reduce((sum, entry) => sum + 2 + entry.length, 0));
  const view = new DataView(bundle.buffer);
  let at = 0;
  for (const entry of entries) {
    if (entry.length > 0xffff) throw new RangeError('an entry in a bundle has at most 65,535 bytes');
    view.setUint16(at, entry.length);
    bundle.set(entry, at + 2);
    at += 2 + entry.length;
  }
  return bundle;
}

/**
 * The entries of a bundle, as views of its bytes.
 *
 * @throws {SyntaxError} when the bundle is cut off
 */
export function decodeEntries(bundle: Uint8Array): Uint8Array[] {
  const view = new DataView(bundle.buffer, bundle.byteOffset, bundle.byteLength);
  const entries: Uint8Array[] = [];
  for (let at = 0; at < bundle.length;) {
    const end = at + 2 <= bundle.length ? at + 2 + view.getUint16(at) : Number.POSITIVE_INFINITY;
    if (end > bundle.length) throw new SyntaxError('the bundle of entries is cut off');
    entries.push(bundle.subarray(at + 2, end));
    at = end;
  }
  return entries;
}
