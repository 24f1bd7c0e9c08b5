// Buttons: quiet ones for most, one primary a view, danger for what cannot be undone.

import type { ButtonHTMLAttributes, Ref } from 'react';

export type ButtonLook = 'primary' | 'plain' | 'quiet' | 'danger';

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly look?: ButtonLook;
  /** Square, for a sign alone: name it by aria-label. */
  readonly square?: boolean;
  readonly ref?: Ref<HTMLButtonElement>;
}

const LOOKS: Readonly<Record<ButtonLook, string>> = {
  primary: 'bg-accent text-on-accent border-accent hover:brightness-110',
  plain: 'bg-surface text-text border-line hover:bg-raised',
  quiet: 'bg-transparent text-muted border-transparent hover:bg-raised hover:text-text',
  danger: 'bg-surface text-bad border-line hover:bg-bad-soft hover:border-bad',
};

/** The classes of a button, for links and for triggers of libraries that look like one. */
export function buttonClass(look: ButtonLook = 'plain', square = false): string {
  return `inline-flex h-7 shrink-0 items-center justify-center gap-1.5 rounded-md border text-sm font-medium whitespace-nowrap select-none disabled:opacity-50 disabled:pointer-events-none ${square ? 'w-7' : 'px-2.5'} ${LOOKS[look]}`;
}

/** @example <Button look="primary" onClick={save}>Save</Button> */
export function Button({ look = 'plain', square = false, className = '', type = 'button', ...rest }: ButtonProps) {
  return <button {...rest} type={type === 'submit' ? 'submit' : 'button'} className={`${buttonClass(look, square)} ${className}`} />;
}
