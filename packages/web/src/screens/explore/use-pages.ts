// The events of a question, page by page, newest first.

import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import { answerOf, useApi } from '../../api/client.ts';
import type { Event } from '../../api/queries.ts';

const PAGE_EVENTS = 200;

export interface Pages {
  /** Of all pages that were read. */
  readonly events: readonly Event[];
  readonly isLoading: boolean;
  /** What is shown is of the question before. */
  readonly isStale: boolean;
  readonly error: unknown;
  readonly hasMore: boolean;
  readonly isReadingMore: boolean;
  /** Up to when the answer is complete, where the server had no time to look further. */
  readonly searchedBackTo: string | undefined;
  readonly readMore: () => void;
  readonly retry: () => void;
  /** Reads the first page anew, and drops the others. */
  readonly restart: () => Promise<unknown>;
}

/** @param asked the question; undefined while it cannot be read: what was shown stays, dimmed */
export function usePages(asked: string | undefined, zone: string): Pages {
  const { api, tenant } = useApi();
  const queryClient = useQueryClient();
  const queryKey = [tenant, 'events', asked ?? '', zone];
  const { data, error, isPending, isPlaceholderData, isFetching, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } =
    useInfiniteQuery({
      queryKey,
      initialPageParam: '',
      queryFn: async ({ pageParam, signal }) => {
        const query = { q: asked ?? '', zone, limit: PAGE_EVENTS, ...(pageParam === '' ? {} : { cursor: pageParam }) };
        const page = await answerOf(api.GET('/v1/events', { params: { query }, signal }));
        if (!('events' in page)) throw new TypeError('a page without events');
        return page;
      },
      getNextPageParam: ({ next }) => next,
      enabled: asked !== undefined && tenant !== '',
      placeholderData: (before) => before,
      staleTime: Infinity,
    });
  const events = useMemo(() => data?.pages.flatMap((page) => page.events) ?? [], [data]);
  const last = data?.pages.at(-1);
  return {
    events,
    isLoading: isPending,
    isStale: isPlaceholderData || asked === undefined || (isFetching && !isFetchingNextPage),
    error: isPlaceholderData && error === null ? null : error,
    hasMore: hasNextPage,
    isReadingMore: isFetchingNextPage,
    searchedBackTo: last?.partial === true ? last.searchedBackTo : undefined,
    readMore: () => void (hasNextPage && !isFetching ? fetchNextPage() : undefined),
    retry: () => void refetch(),
    restart: async () => {
      // One that is under way may have been answered before what is asked for now.
      await queryClient.cancelQueries({ queryKey });
      queryClient.setQueryData<typeof data>(
        queryKey,
        (now) => now && { pages: now.pages.slice(0, 1), pageParams: now.pageParams.slice(0, 1) },
      );
      return refetch();
    },
  };
}
