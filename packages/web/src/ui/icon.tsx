// The signs: drawn on a grid of 16, in the colour of the text, and never read out. A word stands beside each, or a label.

const PATHS = {
  overview: 'M2.5 2.5h4.5v5H2.5zM9 2.5h4.5v3H9zM9 8.5h4.5v5H9zM2.5 10.5h4.5v3H2.5z',
  explore: 'M7 12a5 5 0 1 0 0-10 5 5 0 0 0 0 10zM10.7 10.7 14 14',
  integrity: 'M8 1.8 13 4v4c0 3-2.2 5.3-5 6.2C5.2 13.3 3 11 3 8V4zM5.8 8l1.6 1.6 2.9-3.1',
  exports: 'M8 2v8M4.8 7 8 10.2 11.2 7M2.5 13.5h11',
  settings: 'M2 4.5h6M11.5 4.5H14M2 11.5h2.5M8 11.5h6M9.8 2.8v3.4M6.2 9.8v3.4',
  check: 'm3.5 8.5 3 3 6-7',
  cross: 'M4 4l8 8M12 4l-8 8',
  denied: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM3.8 3.8l8.4 8.4',
  warning: 'M8 2.2 14.5 13.5h-13zM8 6.5v3.2M8 11.6v.2',
  chevronDown: 'm4 6 4 4 4-4',
  chevronRight: 'm6 4 4 4-4 4',
  chevronLeft: 'm10 4-4 4 4 4',
  chevronUp: 'm4 10 4-4 4 4',
  copy: 'M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3',
  link: 'M6.8 9.2 9.2 6.8M7.5 4.8l1.2-1.2a2.6 2.6 0 0 1 3.7 3.7l-1.2 1.2M8.5 11.2l-1.2 1.2a2.6 2.6 0 0 1-3.7-3.7l1.2-1.2',
  filter: 'M2 3.5h12L9.5 9v4.5l-3-1.5V9z',
  filterOut: 'M2 3.5h12L9.5 9v4.5l-3-1.5V9zM2 2l12 12',
  clock: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 4.8V8l2.2 1.6',
  live: 'M8 9.2a1.2 1.2 0 1 0 0-2.4 1.2 1.2 0 0 0 0 2.4zM5 11a4.2 4.2 0 0 1 0-6M11 5a4.2 4.2 0 0 1 0 6M3 13a7 7 0 0 1 0-10M13 3a7 7 0 0 1 0 10',
  pause: 'M5.5 3.5v9M10.5 3.5v9',
  sun: 'M8 10.8a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6zM8 1.5v1.3M8 13.2v1.3M1.5 8h1.3M13.2 8h1.3M3.4 3.4l.9.9M11.7 11.7l.9.9M3.4 12.6l.9-.9M11.7 4.3l.9-.9',
  moon: 'M13 9.6A5.6 5.6 0 0 1 6.4 3 5.6 5.6 0 1 0 13 9.6z',
  screen: 'M2 3h12v8H2zM6 13.5h4',
  person: 'M8 7.8a2.6 2.6 0 1 0 0-5.2 2.6 2.6 0 0 0 0 5.2zM3 13.6c.4-2.6 2.4-4 5-4s4.6 1.4 5 4',
  building: 'M3 13.5v-11h7v11M10 6h3v7.5M1.8 13.5h12.4M5.5 5.2h2M5.5 8h2M5.5 10.8h2',
  external: 'M9 2.5h4.5V7M13.5 2.5 7.5 8.5M11 9v4.5H2.5V5H7',
  plus: 'M8 3v10M3 8h10',
  minus: 'M3 8h10',
  menu: 'M2.5 4.5h11M2.5 8h11M2.5 11.5h11',
  more: 'M3.5 8h.01M8 8h.01M12.5 8h.01',
  refresh: 'M13.2 6.5A5.5 5.5 0 1 0 13.5 9M13.5 3v3.5H10',
  download: 'M8 2v8M4.8 7 8 10.2 11.2 7M2.5 13.5h11',
  bookmark: 'M4 2.5h8v11l-4-2.8-4 2.8z',
  zoomOut: 'M7 12a5 5 0 1 0 0-10 5 5 0 0 0 0 10zM10.7 10.7 14 14M5 7h4',
  fold: 'M4 3.5 8 7l4-3.5M4 12.5 8 9l4 3.5',
  keyboard: 'M1.5 4h13v8.5h-13zM4 7h.01M6.7 7h.01M9.3 7h.01M12 7h.01M5 10h6',
  columns: 'M2.5 3h11v10h-11zM6.2 3v10M9.8 3v10',
} as const;

export type IconName = keyof typeof PATHS;

/** @param size in CSS pixels, 16 by default */
export function Icon({
  name,
  size = 16,
  className = '',
}: {
  readonly name: IconName;
  readonly size?: number;
  readonly className?: string;
}) {
  return (
    <svg
      aria-hidden="true"
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.4"
      strokeLinecap="round"
      strokeLinejoin="round"
      className={`shrink-0 ${className}`}
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
