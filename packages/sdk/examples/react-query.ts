/**
 * Hooks for a React app with TanStack Query: keys, cancellation and retries in one place. The client is the one from `browser-page.ts`.
 */
import { isOsaError, type OsaClient, type Session, type Whoami } from '@osa/sdk'
import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'

/** The SDK has already tried three times, so another retry would not help. */
const retry = false

export const whoami = (osa: OsaClient) =>
  queryOptions({
    queryKey: ['osa', 'me'],
    queryFn: ({ signal }): Promise<Whoami> => osa.me.query(undefined, { signal }),
    retry,
    staleTime: 60_000,
  })

export const sessions = (osa: OsaClient) =>
  queryOptions({
    queryKey: ['osa', 'session', 'list'],
    queryFn: ({ signal }): Promise<Session[]> => osa.session.list.query(undefined, { signal }),
    retry,
  })

/** The signed-in person, or null for a visitor. */
export function useWhoami(osa: OsaClient): Whoami | null {
  const { data, error } = useQuery(whoami(osa))
  if (error && !isOsaError(error, 'not_authenticated', 'session_ended')) throw error
  return data ?? null
}

/** The person's sessions, and a mutation that ends one: `end.mutate(id)`. */
export function useSessions(osa: OsaClient) {
  const known = useQueryClient()
  const list = useQuery(sessions(osa))
  const end = useMutation({
    mutationFn: (session_id: string) => osa.session.revoke.mutate({ session_id }),
    onSuccess: () => known.invalidateQueries({ queryKey: sessions(osa).queryKey }),
  })
  return { list, end }
}
