// The button in Explore that exports what is on the screen. Its window is loaded when it is opened.

import { lazy, Suspense, useState } from 'react';
import { exportsText as x } from '../../text/exports.ts';
import { Button } from '../../ui/button.tsx';
import { Icon } from '../../ui/icon.tsx';

const ExportDialog = lazy(async () => ({ default: (await import('./export-dialog.tsx')).ExportDialog }));

interface ExportButtonProps {
  /** The query with its range, as the API takes it; undefined while it cannot be read. */
  readonly q: string | undefined;
  readonly zone: string;
}

/** @example <ExportButton q={asked} zone={zone} /> */
export function ExportButton({ q, zone }: ExportButtonProps) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <>
      <Button title={x.dialogTitle} disabled={q === undefined} onClick={() => setIsOpen(true)}>
        <Icon name="exports" />
        <span className="sr-only sm:not-sr-only">{x.button}</span>
      </Button>
      {isOpen && q !== undefined ? (
        <Suspense fallback={null}>
          <ExportDialog q={q} zone={zone} onClose={() => setIsOpen(false)} />
        </Suspense>
      ) : null}
    </>
  );
}
