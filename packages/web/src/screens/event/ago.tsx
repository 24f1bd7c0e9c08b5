// How long ago something was, counting on by itself; it is not read out each time.

import { useEffect, useState } from 'react';
import { formatRelative } from '../../text/format.ts';

const TICK_MS = 1_000;

/** @example <Ago atMs={verdict.atMs} says={(ago) => `Verified ${ago}`} /> */
export function Ago({ atMs, says }: { readonly atMs: number; readonly says: (ago: string) => string }) {
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((count) => count + 1), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  return <span className="tabular">{says(formatRelative(Math.min(atMs, Date.now())))}</span>;
}
