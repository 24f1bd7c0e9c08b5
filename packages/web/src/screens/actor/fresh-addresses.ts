// Which addresses of an actor are new. Pure.

interface Seen {
  readonly ip: string;
  /** RFC 3339 */
  readonly first: string;
}

const WEEK_MS = 7 * 86_400_000;

/** Addresses first seen in the week before the actor's last event, of an actor who is known for longer than that. */
export function freshAddresses(addresses: readonly Seen[], firstSeen: string, lastSeen: string): ReadonlySet<string> {
  const sinceMs = Date.parse(lastSeen) - WEEK_MS;
  if (Date.parse(firstSeen) >= sinceMs) return new Set();
  return new Set(addresses.filter(({ first }) => Date.parse(first) >= sinceMs).map(({ ip }) => ip));
}
