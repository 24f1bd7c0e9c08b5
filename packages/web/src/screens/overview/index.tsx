// The overview: what happened, what is captured and what is not, and the state of the log, on one page.

import { useQueryClient } from '@tanstack/react-query';
import { useRouter, useSearch } from '@tanstack/react-router';
import { useApi } from '../../api/client.ts';
import { overviewText as t } from '../../text/overview.ts';
import { Button } from '../../ui/button.tsx';
import { Icon } from '../../ui/icon.tsx';
import { Segments } from '../../ui/tabs.tsx';
import { ByCategory } from './by-category.tsx';
import { Captured } from './captured.tsx';
import { NumberFacts } from './facts.tsx';
import { Fresh, useIsFresh } from './fresh.tsx';
import { LogState } from './log-state.tsx';
import { Privileged } from './privileged.tsx';
import { RANGES, type Range, rangeOf } from './range.ts';
import { WorthALook } from './worth-a-look.tsx';

const OPTIONS = RANGES.map((value) => ({ value, label: t.ranges[value] }));

export function Overview() {
  const { tenant } = useApi();
  // What is shown while other numbers load is never that of another tenant.
  return <OverviewOf key={tenant} />;
}

function OverviewOf() {
  const written = useSearch({ strict: false, select: (search: { range?: string }) => search.range });
  const range = rangeOf(written);
  const fresh = useIsFresh();
  return (
    <div className="mx-auto max-w-[1280px] space-y-3 p-3 md:p-4">
      <Head range={range} />
      {fresh ? (
        <Fresh />
      ) : (
        <>
          <NumberFacts range={range} />
          <div className="grid items-start gap-3 lg:grid-cols-[minmax(0,1fr)_380px]">
            <WorthALook range={range} />
            <div className="min-w-0 space-y-3">
              <LogState />
              <Captured />
              <ByCategory range={range} />
              <Privileged range={range} />
            </div>
          </div>
        </>
      )}
    </div>
  );
}

function Head({ range }: { readonly range: Range }) {
  const router = useRouter();
  const client = useQueryClient();
  const { tenant } = useApi();
  const choose = (next: Range): void => {
    void router.navigate({ to: '.', search: (search: object) => ({ ...search, range: next }), replace: true });
  };
  return (
    <div className="flex flex-wrap items-center gap-2">
      <h1 className="flex-1 text-lg font-semibold">{t.title}</h1>
      <Segments label={t.range} value={range} options={OPTIONS} onChange={choose} />
      <Button
        look="quiet"
        square
        aria-label={t.refresh}
        title={t.refresh}
        onClick={() => void client.invalidateQueries({ queryKey: [tenant] })}
      >
        <Icon name="refresh" />
      </Button>
    </div>
  );
}
