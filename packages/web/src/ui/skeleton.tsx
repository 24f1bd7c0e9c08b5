// The place of what is loading, as high as what will stand there. It shows after 150 ms.

import { t } from '../text/en.ts';

/** @example <Skeleton rows={8} height={32} label={t.common.loading} /> */
export function Skeleton({
  rows = 1,
  height = 16,
  label = t.common.loading,
}: {
  readonly rows?: number;
  readonly height?: number;
  readonly label?: string;
}) {
  return (
    <div role="status" aria-label={label}>
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} style={{ height }} className="flex items-center px-1">
          <div className="skeleton w-full" style={{ height: Math.min(height - 8, 20), maxWidth: `${String(96 - ((row * 17) % 40))}%` }} />
        </div>
      ))}
    </div>
  );
}
