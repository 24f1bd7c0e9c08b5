// How far something is: a bar that is as wide as its share, or that moves while the whole is not known.

interface ProgressProps {
  readonly label: string;
  readonly value: number;
  /** Undefined while it is not known. */
  readonly max: number | undefined;
}

/** @example <Progress label="Export" value={1_200} max={5_000} /> */
export function Progress({ label, value, max }: ProgressProps) {
  const share = max === undefined || max === 0 ? undefined : Math.min(1, value / max);
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={share === undefined ? undefined : Math.round(share * 100)}
      className="h-1.5 w-full overflow-hidden rounded-full bg-raised"
    >
      <div
        className={`h-full rounded-full bg-accent transition-[width] ${share === undefined ? 'w-1/3 animate-pulse' : ''}`}
        style={share === undefined ? {} : { width: `${String(share * 100)}%` }}
      />
    </div>
  );
}
