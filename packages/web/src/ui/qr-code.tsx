// A QR code, drawn dark on light in both themes, for that is what readers expect.

import { useMemo } from 'react';
import { qrModules } from './qr.ts';

const QUIET = 4;

/** @example <QrCode text="otpauth://totp/..." label="QR code with the secret" /> */
export function QrCode({ text, label, size = 180 }: { readonly text: string; readonly label: string; readonly size?: number }) {
  const { path, side } = useMemo(() => {
    const modules = qrModules(text);
    const squares = modules.flatMap((row, y) =>
      row.flatMap((isDark, x) => (isDark ? [`M${String(x + QUIET)} ${String(y + QUIET)}h1v1h-1z`] : [])),
    );
    return { path: squares.join(''), side: modules.length + 2 * QUIET };
  }, [text]);
  return (
    <svg
      role="img"
      aria-label={label}
      width={size}
      height={size}
      viewBox={`0 0 ${String(side)} ${String(side)}`}
      shapeRendering="crispEdges"
      className="rounded-md border border-line"
    >
      <rect width={side} height={side} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}
