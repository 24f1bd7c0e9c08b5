// A labelled box to tick, with what it means.

import { useId } from 'react';

interface CheckboxProps {
  readonly label: string;
  readonly help?: string;
  readonly checked: boolean;
  readonly disabled?: boolean;
  readonly onChange: (checked: boolean) => void;
}

/** @example <Checkbox label="Share it" checked={shared} onChange={setShared} /> */
export function Checkbox({ label, help, checked, disabled = false, onChange }: CheckboxProps) {
  const id = useId();
  return (
    <div className="flex min-h-6 gap-2">
      <input
        id={id}
        type="checkbox"
        checked={checked}
        disabled={disabled}
        aria-describedby={help === undefined ? undefined : `${id}-said`}
        onChange={(event) => onChange(event.target.checked)}
        className="mt-0.5 size-4 shrink-0 accent-accent"
      />
      <div className="min-w-0">
        <label htmlFor={id} className="font-medium">
          {label}
        </label>
        {help === undefined ? null : (
          <p id={`${id}-said`} className="text-xs text-muted">
            {help}
          </p>
        )}
      </div>
    </div>
  );
}
