/** A link that repeats an operation as long as a policy asks for it. retry-policy.ts and auth-policy.ts are such policies. */

import type { AppRouter } from '@osa/api/router-type'
import type { OperationLink, TRPCLink } from '@trpc/client'
import { observable, type Unsubscribable } from '@trpc/server/observable'
import { type OsaCallError, toCallError } from './call-error.ts'

type Operation = Parameters<OperationLink<AppRouter>>[0]['op']

/** Decides when an operation is repeated. */
export interface Repetition {
  /** Runs before each attempt and returns the operation to send. */
  before?(op: Operation): Promise<Operation>
  /** Decides, possibly after a pause, whether a failed attempt is repeated. If it throws, the operation fails with that error. */
  again(failed: { op: Operation; error: OsaCallError; attempt: number }): Promise<boolean>
}

/** Creates the link. Values of a subscription pass through. */
export const repeatingLink =
  ({ before, again }: Repetition): TRPCLink<AppRouter> =>
  () =>
  ({ op, next }) =>
    observable((observer) => {
      let isOver = false
      let running: Unsubscribable | null = null
      const fail = (error: unknown): void => {
        if (!isOver) observer.error(toCallError(error, undefined))
      }
      const send = async (attempt: number): Promise<void> => {
        const sent = before ? await before(op) : op
        if (isOver) return
        running = next(sent).subscribe({
          next: (value) => observer.next(value),
          complete: () => observer.complete(),
          error: (cause) => {
            const error = toCallError(cause, undefined)
            again({ op: sent, error, attempt }).then((isWanted) => {
              if (isOver) return
              if (isWanted) send(attempt + 1).catch(fail)
              else fail(error)
            }, fail)
          },
        })
      }
      send(1).catch(fail)
      return () => {
        isOver = true
        running?.unsubscribe()
      }
    })
