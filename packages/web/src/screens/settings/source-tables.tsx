// The tables of a source: those that are not captured whole first, each with why and the SQL that mends it.

import { useState } from 'react';
import { formatCount, formatShare } from '../../text/format.ts';
import { settingsText as s } from '../../text/settings.ts';
import { Badge, type BadgeProps } from '../../ui/badge.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { inputClass } from '../../ui/field.tsx';
import { Cell, Table as Grid } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import type { Table } from './queries.ts';

const LOOKS: Readonly<Record<Table['state'], Pick<BadgeProps, 'tone' | 'icon'>>> = {
  'not covered': { tone: 'bad', icon: 'warning' },
  'earlier values missing': { tone: 'warn', icon: 'warning' },
  unknown: { tone: 'warn', icon: 'clock' },
  'skipped by configuration': { tone: 'neutral', icon: 'minus' },
  dropped: { tone: 'neutral', icon: 'cross' },
  captured: { tone: 'good', icon: 'check' },
};
/** The worst first. */
const ORDER = Object.keys(LOOKS) as readonly Table['state'][];

export function SourceTables({ tables }: { readonly tables: readonly Table[] }) {
  const [typed, setTyped] = useState('');
  const found = tables
    .filter(({ table }) => table.toLowerCase().includes(typed.trim().toLowerCase()))
    .toSorted((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state) || a.table.localeCompare(b.table));
  const counts = ORDER.map((state) => ({ state, count: tables.filter((table) => table.state === state).length }));
  return (
    <>
      <div className="flex flex-wrap items-center gap-2">
        <h4 className="font-semibold">{s.sources.tables(tables.length)}</h4>
        {counts.map(({ state, count }) =>
          count === 0 ? null : (
            <Badge key={state} {...LOOKS[state]}>
              {formatCount(count)} {s.sources.tableStates[state].toLowerCase()}
            </Badge>
          ),
        )}
        <input
          type="search"
          aria-label={s.sources.findTable}
          placeholder={s.sources.findTable}
          className={`${inputClass} ml-auto max-w-[220px]`}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
      </div>
      {found.length === 0 ? (
        <p className="text-muted">{s.sources.noTable}</p>
      ) : (
        <Grid label={s.sources.tables(found.length)} columns={s.sources.tableColumns}>
          {found.map((table) => (
            <Row key={table.table} table={table} />
          ))}
        </Grid>
      )}
    </>
  );
}

function Row({ table: { table, state, why, statements, rows, unattributed, unattributedShare, lastEventAt } }: { readonly table: Table }) {
  return (
    <tr>
      <Cell>
        <code className="break-all">{table}</code>
        {why === undefined ? null : <p className="max-w-[60ch] text-xs text-muted">{why}</p>}
        {statements.length === 0 ? null : <Mend statements={statements} />}
      </Cell>
      <Cell>
        <Badge {...LOOKS[state]}>{s.sources.tableStates[state]}</Badge>
      </Cell>
      <Cell className="tabular">{formatCount(rows)}</Cell>
      <Cell className="tabular text-muted">
        {unattributed === 0 ? '0' : `${formatCount(unattributed)} (${formatShare(unattributedShare ?? unattributed / rows)})`}
      </Cell>
      <Cell className="text-muted">{lastEventAt === undefined ? s.sources.unknown : <Time at={lastEventAt} show="relative" />}</Cell>
    </tr>
  );
}

function Mend({ statements }: { readonly statements: readonly string[] }) {
  const sql = statements.join('\n');
  return (
    <div className="mt-1 max-w-[70ch]">
      <div className="flex items-center gap-2 text-xs text-muted">
        {s.sources.mend}
        <CopyButton text={sql} label={s.sources.copySql} />
      </div>
      <pre className="overflow-x-auto rounded-md border border-line bg-raised p-2 text-xs whitespace-pre-wrap">{sql}</pre>
    </div>
  );
}
