// Copies a text, and says so for a moment.

import { useEffect, useState } from 'react';
import { t } from '../text/en.ts';
import { Button } from './button.tsx';
import { Icon } from './icon.tsx';

const SAID_MS = 1_500;

/** Whether it was just copied, and the function that does it. */
export function useCopy(): { readonly copied: boolean; readonly copy: (text: string) => void } {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return undefined;
    const timer = setTimeout(() => setCopied(false), SAID_MS);
    return () => clearTimeout(timer);
  }, [copied]);
  return { copied, copy: (text) => void navigator.clipboard.writeText(text).then(() => setCopied(true)) };
}

/** @example <CopyButton text={event.id} label="Copy the id" /> */
export function CopyButton({ text, label, children }: { readonly text: string; readonly label: string; readonly children?: string }) {
  const { copied, copy } = useCopy();
  return (
    <Button
      look="quiet"
      square={children === undefined}
      aria-label={children === undefined ? label : undefined}
      title={label}
      onClick={() => copy(text)}
    >
      <Icon name={copied ? 'check' : 'copy'} size={14} />
      {children === undefined ? null : copied ? t.common.copied : children}
      <span role="status" className="sr-only">
        {copied ? t.common.copied : ''}
      </span>
    </Button>
  );
}
