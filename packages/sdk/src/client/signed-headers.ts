/** What says who sends a request. */

import type { AppRouter } from '@osa/api/router-type'
import type { OperationLink } from '@trpc/client'
import { attemptOf } from './auth-policy.ts'
import type { Connection } from './connection.ts'

type Operation = Parameters<OperationLink<AppRouter>>[0]['op']

/** The headers of a request, with the newest token, which is written down for every operation that it carries. */
export function signedHeaders(connection: Connection, ops: readonly Operation[]): Record<string, string> {
  const token = connection.tokens.current()
  for (const op of ops) attemptOf(op).token = token
  return { ...connection.headers, ...(token === null ? {} : { authorization: `Bearer ${token}` }) }
}
