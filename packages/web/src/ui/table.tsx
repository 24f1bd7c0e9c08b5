// Tables of settings and lists: a head that stands out little and lines between rows. On a phone a row is a block, in which each
// cell but the first has the name of its column beside it.

import type { CSSProperties, ReactNode } from 'react';
import './stacked-table.css';

interface TableProps {
  /** What it holds, for those who do not see it. */
  readonly label: string;
  /** An empty text for a column of buttons. */
  readonly columns: readonly string[];
  /** Rows of `Cell`s. */
  readonly children: ReactNode;
}

/** The names of the columns as variables, for the stylesheet to write beside the cells. */
function namesOf(columns: readonly string[]): CSSProperties {
  return Object.fromEntries(columns.map((column, place) => [`--column-${String(place + 1)}`, JSON.stringify(column)]));
}

/** @example <Table label="Keys" columns={['Name', 'Scopes', '']}><tr><Cell>...</Cell></tr></Table> */
export function Table({ label, columns, children }: TableProps) {
  return (
    <div className="panel overflow-x-auto">
      <table className="stacked-table w-full border-collapse text-sm" style={namesOf(columns)} aria-label={label}>
        <thead>
          <tr className="border-b border-line text-left text-xs text-muted">
            {columns.map((column, place) =>
              column === '' ? (
                <td key={`column ${String(place)}`} />
              ) : (
                <th key={column} scope="col" className="h-8 px-3 font-medium whitespace-nowrap">
                  {column}
                </th>
              ),
            )}
          </tr>
        </thead>
        <tbody className="divide-y divide-line">{children}</tbody>
      </table>
    </div>
  );
}

export function Cell({ children, className = '' }: { readonly children?: ReactNode; readonly className?: string }) {
  return <td className={`px-3 py-2 align-top ${className}`}>{children}</td>;
}
