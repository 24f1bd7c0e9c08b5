// A labelled choice of one of several, as the browser draws it.

import { type ReactNode, useId } from 'react';
import { inputClass } from './field.tsx';

interface SelectProps<Value extends string> {
  readonly label: string;
  readonly value: Value;
  readonly options: readonly { readonly value: Value; readonly label: string }[];
  readonly onChange: (value: Value) => void;
  readonly help?: ReactNode;
}

/** @example <Select label="Role" value={role} options={roles} onChange={setRole} /> */
export function Select<Value extends string>({ label, value, options, onChange, help }: SelectProps<Value>) {
  const id = useId();
  return (
    <div className="space-y-1">
      <label htmlFor={id} className="block text-sm font-medium">
        {label}
      </label>
      <select
        id={id}
        value={value}
        aria-describedby={help === undefined ? undefined : `${id}-said`}
        onChange={(event) => onChange(event.target.value as Value)}
        className={`${inputClass} pr-1`}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
      {help === undefined ? null : (
        <p id={`${id}-said`} className="text-xs text-muted">
          {help}
        </p>
      )}
    </div>
  );
}
