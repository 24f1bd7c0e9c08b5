// A labelled field of a form, with what it wants and what is wrong with it.

import { type InputHTMLAttributes, type ReactNode, type Ref, useId } from 'react';

export const inputClass =
  'h-8 w-full min-w-0 rounded-md border border-line-strong bg-surface px-2.5 text-sm text-text placeholder:text-faint focus-visible:outline-offset-0 aria-invalid:border-bad';

interface FieldProps extends InputHTMLAttributes<HTMLInputElement> {
  readonly label: string;
  readonly help?: ReactNode;
  readonly fault?: string | undefined;
  readonly ref?: Ref<HTMLInputElement>;
}

/** @example <Field label="E-mail" type="email" autoComplete="username" required value={email} onChange={...} /> */
export function Field({ label, help, fault, className = '', ...rest }: FieldProps) {
  const id = useId();
  return (
    <div className="space-y-1">
      <label htmlFor={id} className="block text-sm font-medium">
        {label}
      </label>
      <input
        {...rest}
        id={id}
        aria-invalid={fault === undefined ? undefined : true}
        aria-describedby={help === undefined && fault === undefined ? undefined : `${id}-said`}
        className={`${inputClass} ${className}`}
      />
      {help === undefined && fault === undefined ? null : (
        <p id={`${id}-said`} className={fault === undefined ? 'text-xs text-muted' : 'text-xs text-bad'}>
          {fault ?? help}
        </p>
      )}
    </div>
  );
}
