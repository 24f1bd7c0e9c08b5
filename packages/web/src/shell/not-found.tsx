// An address that no page has.

import { t } from '../text/en.ts';
import { Anchor } from '../ui/anchor.tsx';
import { buttonClass } from '../ui/button.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { useLinks } from './links.ts';

export function NotFound() {
  const links = useLinks();
  return (
    <EmptyState
      isPage
      title={t.errors.pageMissing}
      actions={
        <Anchor href={links.page('overview')} className={buttonClass()}>
          {t.errors.goToOverview}
        </Anchor>
      }
    >
      {t.errors.pageMissingHint}
    </EmptyState>
  );
}
