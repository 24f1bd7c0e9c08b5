// IP addresses and networks: read, compared by value, and written in their one canonical form (RFC 5952).

const OCTET = /^(?:0|[1-9]\d{0,2})$/;
const GROUP = /^[0-9a-f]{1,4}$/i;

/**
 * The bytes of an address: 4 (dotted, no leading zeros) or 16 (RFC 4291, with `::` and a dotted end); no zone.
 *
 * @returns undefined when the text is no address
 */
export function readAddress(text: string): readonly number[] | undefined {
  if (!text.includes(':')) return readDotted(text);
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half, index) => readGroups(half, index === halves.length - 1));
  if (head === undefined) return undefined;
  if (halves.length === 1) return head.length === 16 ? head : undefined;
  if (tail === undefined) return undefined;
  const missing = 16 - head.length - tail.length;
  // The two colons stand for one group of zeros at least.
  return missing < 2 ? undefined : [...head, ...Array.from({ length: missing }, () => 0), ...tail];
}

function readDotted(text: string): readonly number[] | undefined {
  const octets = text.split('.', 5);
  if (octets.length !== 4 || !octets.every((octet) => OCTET.test(octet) && Number(octet) <= 255)) return undefined;
  return octets.map(Number);
}

function readGroups(half: string, isLast: boolean): readonly number[] | undefined {
  if (half === '') return [];
  const groups = half.split(':');
  const bytes: number[] = [];
  for (const [index, group] of groups.entries()) {
    const dotted = isLast && index === groups.length - 1 && group.includes('.') ? readDotted(group) : undefined;
    if (dotted !== undefined) {
      bytes.push(...dotted);
    } else if (GROUP.test(group)) {
      const value = Number.parseInt(group, 16);
      bytes.push(value >> 8, value & 0xff);
    } else {
      return undefined;
    }
  }
  return bytes;
}

/** RFC 5952: lower case, no leading zeros, the longest run of zero groups as `::`, IPv4-mapped addresses with a dotted end. */
export function formatAddress(bytes: readonly number[]): string {
  if (bytes.length === 4) return bytes.join('.');
  const groups = Array.from({ length: 8 }, (_, index) => (bytes[index * 2] ?? 0) * 256 + (bytes[index * 2 + 1] ?? 0));
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) return `::ffff:${bytes.slice(12).join('.')}`;
  const [start, length] = longestZeros(groups);
  const hex = groups.map((group) => group.toString(16));
  if (length < 2) return hex.join(':');
  return `${hex.slice(0, start).join(':')}::${hex.slice(start + length).join(':')}`;
}

function longestZeros(groups: readonly number[]): readonly [start: number, length: number] {
  let best: readonly [number, number] = [0, 0];
  for (let start = 0; start < groups.length; start++) {
    let length = 0;
    while (groups[start + length] === 0) length++;
    if (length > best[1]) best = [start, length];
  }
  return best;
}

/** The bytes with every bit beyond the prefix cleared. */
export function maskAddress(bytes: readonly number[], prefix: number): readonly number[] {
  return bytes.map((byte, index) => {
    const kept = Math.min(8, Math.max(0, prefix - index * 8));
    return byte & (0xff << (8 - kept)) & 0xff;
  });
}

/** Whether an address is the given one, or lies in its network. IPv4 and IPv6 never meet, IPv4-mapped ones included. */
export function addressWithin(bytes: readonly number[], network: readonly number[], prefix: number): boolean {
  if (bytes.length !== network.length) return false;
  const masked = maskAddress(bytes, prefix);
  return network.every((byte, index) => byte === masked[index]);
}
