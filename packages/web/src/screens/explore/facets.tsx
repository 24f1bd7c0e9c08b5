// The facets: which values the events have and how many each. They and the query are one filter.

import { parse, type Query } from '@indelible/core/query';
import { useState } from 'react';
import { t } from '../../text/en.ts';
import { formatCount, formatShortCount } from '../../text/format.ts';
import { Icon } from '../../ui/icon.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { type Facet, FACETS, type Pick, selectionOf, withPick } from './facet-terms.ts';
import type { FacetAnswers, FacetCounts } from './use-numbers.ts';

const SHOWN = 6;
/** Wide open at the beginning; the others show what is picked. */
const OPEN: ReadonlySet<Facet> = new Set(['outcome', 'action', 'actor.id', 'resource', 'category']);

interface FacetsProps {
  readonly q: string;
  readonly counts: FacetAnswers;
  readonly isStale: boolean;
  /** Names of actors by their ids, as far as they are known. */
  readonly names: ReadonlyMap<string, string>;
  readonly onQuery: (query: Query) => void;
}

export function Facets({ q, counts, isStale, names, onQuery }: FacetsProps) {
  const query = parse(q);
  return (
    <div className={`space-y-1 pb-4 ${isStale ? 'stale' : ''}`}>
      {FACETS.map((facet) => (
        <FacetGroup
          key={facet}
          facet={facet}
          query={query}
          counts={counts[facet]}
          label={(value) => (facet === 'actor.id' ? (names.get(value) ?? value) : value)}
          onPick={(value, pick) => onQuery(withPick(query, facet, value, pick))}
        />
      ))}
    </div>
  );
}

interface FacetGroupProps {
  readonly facet: Facet;
  readonly query: Query;
  readonly counts: FacetCounts | undefined;
  readonly label: (value: string) => string;
  readonly onPick: (value: string, pick: Pick) => void;
}

function FacetGroup({ facet, query, counts, label, onPick }: FacetGroupProps) {
  const { included, excluded, elsewhere } = selectionOf(query, facet);
  const [isOpen, setOpen] = useState(OPEN.has(facet));
  const [isWhole, setWhole] = useState(false);
  const picked = [...included, ...excluded];
  const known = counts?.values ?? [];
  // What is picked is shown, whether any event has it or not.
  const values = [...picked.filter((value) => !known.some((one) => one.value === value)).map((value) => ({ value, count: 0 })), ...known];
  const shown = isWhole ? values : values.filter(({ value }, place) => place < SHOWN || picked.includes(value));
  const most = Math.max(1, ...values.map(({ count }) => count));
  return (
    <section>
      <h2>
        <button
          type="button"
          aria-expanded={isOpen}
          onClick={() => setOpen(!isOpen)}
          className="flex min-h-7 w-full items-center gap-1 rounded px-1 text-xs font-medium text-muted hover:bg-raised"
        >
          <Icon name={isOpen ? 'chevronDown' : 'chevronRight'} size={12} />
          {t.explore.facetNames[facet]}
          {picked.length === 0 ? null : <span className="ml-auto rounded bg-accent-soft px-1.5 text-accent">{picked.length}</span>}
        </button>
      </h2>
      {elsewhere.length === 0 ? null : (
        <p className="px-2 pb-1 text-xs text-muted">
          {t.explore.facetElsewhere} <code className="break-all text-text">{elsewhere.join(' ')}</code>
        </p>
      )}
      {!isOpen ? null : counts === undefined ? (
        <Skeleton rows={3} height={24} />
      ) : (
        <ul>
          {shown.map(({ value, count }) => (
            <FacetValue
              key={value}
              label={label(value)}
              value={value}
              count={count}
              share={count / most}
              pick={included.includes(value) ? 'in' : excluded.includes(value) ? 'out' : 'none'}
              onPick={(pick) => onPick(value, pick)}
            />
          ))}
          <Rest
            values={values.length - shown.length}
            other={counts.other}
            isWhole={isWhole && values.length > SHOWN}
            onWhole={() => setWhole(!isWhole)}
          />
          {values.length === 0 ? <li className="px-2 text-xs text-faint">{t.explore.facetNothing}</li> : null}
        </ul>
      )}
    </section>
  );
}

interface RestProps {
  readonly values: number;
  readonly other: number;
  readonly isWhole: boolean;
  readonly onWhole: () => void;
}

function Rest({ values, other, isWhole, onWhole }: RestProps) {
  return (
    <>
      {values > 0 || isWhole ? (
        <li>
          <button type="button" onClick={onWhole} className="min-h-6 px-2 text-xs text-accent hover:underline">
            {isWhole ? t.explore.facetFewer : t.explore.facetMore(formatCount(values))}
          </button>
        </li>
      ) : null}
      {other > 0 && (values <= 0 || isWhole) ? (
        <li className="px-2 text-xs text-faint">{t.explore.facetOther(formatCount(other))}</li>
      ) : null}
    </>
  );
}

interface FacetValueProps {
  readonly label: string;
  readonly value: string;
  readonly count: number;
  /** Of the most frequent one, 0 to 1. */
  readonly share: number;
  readonly pick: Pick;
  readonly onPick: (pick: Pick) => void;
}

function FacetValue({ label, value, count, share, pick, onPick }: FacetValueProps) {
  return (
    <li className="group relative flex min-h-6 items-center rounded hover:bg-raised">
      <button
        type="button"
        aria-pressed={pick === 'in'}
        title={t.explore.onlyThis(value)}
        onClick={() => onPick(pick === 'in' ? 'none' : 'in')}
        className="relative flex min-h-6 min-w-0 flex-1 items-center gap-1.5 rounded px-2 text-left"
      >
        <span
          aria-hidden="true"
          className="absolute inset-y-0.5 left-0 rounded-r bg-accent-soft/70"
          style={{ width: `${String(Math.round(share * 100))}%` }}
        />
        {pick === 'none' ? null : (
          <Icon name={pick === 'in' ? 'check' : 'minus'} size={12} className={`relative ${pick === 'in' ? 'text-accent' : 'text-bad'}`} />
        )}
        <span className={`relative truncate ${pick === 'out' ? 'text-muted line-through' : pick === 'in' ? 'font-medium' : ''}`}>
          {label}
        </span>
        <span className="tabular relative ml-auto text-xs text-muted">{formatShortCount(count)}</span>
      </button>
      <button
        type="button"
        aria-pressed={pick === 'out'}
        aria-label={t.explore.exclude(label)}
        title={t.explore.exclude(label)}
        onClick={() => onPick(pick === 'out' ? 'none' : 'out')}
        className="relative flex h-6 w-6 shrink-0 items-center justify-center rounded text-muted opacity-0 group-focus-within:opacity-100 group-hover:opacity-100 hover:text-bad"
      >
        <Icon name="minus" size={12} />
      </button>
    </li>
  );
}
