// After signing in: nothing of an earlier session is kept, and one is back where one was.

import { useQueryClient } from '@tanstack/react-query';
import { useRouter, useSearch } from '@tanstack/react-router';
import { type SignedIn, sessionQuery } from '../../api/queries.ts';

/** An address of our own: one path, and no other server by two slashes. */
export function safeTarget(next: string | undefined): string {
  return next !== undefined && /^\/(?![/\\])/.test(next) && !next.startsWith('/sign-in') ? next : '/';
}

/** @example const comeIn = useComeIn(); mutate(form, { onSuccess: comeIn }) */
export function useComeIn(): (signedIn: SignedIn) => void {
  const queryClient = useQueryClient();
  const router = useRouter();
  const next = useSearch({ strict: false, select: (search) => ('next' in search ? search.next : undefined) });
  return (signedIn) => {
    queryClient.clear();
    queryClient.setQueryData(sessionQuery().queryKey, signedIn);
    router.history.replace(safeTarget(next));
  };
}
