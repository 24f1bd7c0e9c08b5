// What failed, whether data is safe, the number to name to an operator, and trying again.

import { sayProblem } from '../api/problem.ts';
import { t } from '../text/en.ts';
import { Button } from './button.tsx';
import { CopyButton } from './copy-button.tsx';
import { Icon } from './icon.tsx';

/** @example if (query.error !== null) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />; */
export function ErrorState({ error, onRetry }: { readonly error: unknown; readonly onRetry?: () => void }) {
  const { title, detail, hint, requestId, icon } = sayProblem(error);
  return (
    <div role="alert" className="mx-auto my-8 flex w-full max-w-[560px] gap-3 rounded-lg border border-line bg-surface p-4">
      <span className="mt-0.5 text-bad">
        <Icon name={icon} />
      </span>
      <div className="min-w-0 flex-1 space-y-1">
        <h2 className="font-semibold">{title}</h2>
        {detail === undefined ? null : <p className="break-words">{detail}</p>}
        <p className="text-muted">{hint}</p>
        <p className="text-muted">{t.errors.dataIsSafe}</p>
        <div className="flex flex-wrap items-center gap-2 pt-2">
          {onRetry === undefined ? null : <Button onClick={onRetry}>{t.errors.retry}</Button>}
          {requestId === undefined ? null : (
            <span className="flex items-center gap-1 text-xs text-muted">
              {t.errors.requestId} <code className="break-all">{requestId}</code>{' '}
              <CopyButton text={requestId} label={t.errors.copyRequestId} />
            </span>
          )}
        </div>
      </div>
    </div>
  );
}
