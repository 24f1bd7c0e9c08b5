// The numbers at the top: how much, how much of it by nobody known, how much was denied or failed. Each leads to its events.

import { useLinks } from '../../shell/links.ts';
import { formatCount } from '../../text/format.ts';
import { overviewText as t } from '../../text/overview.ts';
import { Anchor } from '../../ui/anchor.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import type { Range } from './range.ts';
import { countOf, totalOf, useFacets } from './use-numbers.ts';

export function NumberFacts({ range }: { readonly range: Range }) {
  const query = useFacets(range);
  const links = useLinks();
  return (
    <section aria-label={t.facts.label} className={`panel overflow-hidden ${query.isPlaceholderData ? 'stale' : ''}`}>
      <Loaded query={query} rows={1} height={64}>
        {(facets) => {
          const total = totalOf(facets, 'attribution');
          const nobody = countOf(facets, 'attribution', 'none');
          const share = total === 0 || nobody === 0 ? undefined : t.facts.unattributedOf(nobody / total);
          return (
            <div className="grid grid-cols-2 gap-px bg-line md:grid-cols-4">
              <Fact name={t.facts.events} count={total} href={links.explore('', range)} estimate={facets.estimate} />
              <Fact
                name={t.facts.unattributed}
                count={nobody}
                href={links.explore('attribution:none', range)}
                note={share}
                alarming={nobody > 0}
              />
              <Fact name={t.facts.refused} count={countOf(facets, 'outcome', 'denied')} href={links.explore('outcome:denied', range)} />
              <Fact name={t.facts.failed} count={countOf(facets, 'outcome', 'failure')} href={links.explore('outcome:failure', range)} />
            </div>
          );
        }}
      </Loaded>
    </section>
  );
}

interface FactProps {
  readonly name: string;
  readonly count: number;
  readonly href: string;
  readonly note?: string | undefined;
  readonly estimate?: boolean;
  readonly alarming?: boolean;
}

function Fact({ name, count, href, note, estimate = false, alarming = false }: FactProps) {
  return (
    <Anchor href={href} className="block bg-surface px-3 py-2 -outline-offset-2 hover:bg-raised">
      <span className="block text-xs text-muted">{name}</span>
      <span className={`tabular text-xl font-semibold ${alarming ? 'text-bad' : ''}`}>
        {estimate ? `${t.atLeast} ` : ''}
        {formatCount(count)}
      </span>
      {note === undefined ? null : <span className="ml-2 text-xs text-muted">{note}</span>}
    </Anchor>
  );
}
