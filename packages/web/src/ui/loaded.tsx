// What was asked for when it is there; until then its place, and why it cannot be had when it failed.

import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { ErrorState } from './error-state.tsx';
import { Skeleton } from './skeleton.tsx';

interface LoadedProps<Data> {
  readonly query: UseQueryResult<Data>;
  /** Of the place, with the height of each in CSS pixels. */
  readonly rows?: number;
  readonly height?: number;
  readonly children: (data: Data) => ReactNode;
}

/** @example <Loaded query={keys}>{(data) => <KeysTable keys={data.keys} />}</Loaded> */
export function Loaded<Data>({ query, rows = 5, height = 40, children }: LoadedProps<Data>) {
  const { data, error } = query;
  if (data !== undefined) return children(data);
  if (error !== null) return <ErrorState error={error} onRetry={() => void query.refetch()} />;
  return <Skeleton rows={rows} height={height} />;
}
