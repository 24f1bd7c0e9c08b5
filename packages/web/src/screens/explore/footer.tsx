// Where the list ends: for now, because more is being read, because the time was up, or because this is all.

import { t } from '../../text/en.ts';
import { formatDateTime, type ZoneName } from '../../text/format.ts';
import { Button } from '../../ui/button.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import type { Pages } from './use-pages.ts';

export function Footer({ pages, zone }: { readonly pages: Pages; readonly zone: ZoneName }) {
  if (pages.isReadingMore) return <Skeleton rows={3} height={34} label={t.explore.readingMore} />;
  if (pages.searchedBackTo !== undefined)
    return (
      <p className="flex flex-wrap items-center justify-center gap-2 p-4 text-xs text-muted">
        {t.explore.searchedBackTo(formatDateTime(pages.searchedBackTo, zone))}
        <Button onClick={pages.readMore}>{t.explore.searchOn}</Button>
      </p>
    );
  return pages.hasMore || pages.events.length === 0 ? null : <p className="p-4 text-center text-xs text-faint">{t.explore.end}</p>;
}
