/** A link that sends an operation on, and again as long as a policy says so. Signing in again and trying again are such policies. */

import type { AppRouter } from '@osa/api/router-type'
import type { OperationLink, TRPCLink } from '@trpc/client'
import { observable, type Unsubscribable } from '@trpc/server/observable'
import { type OsaCallError, toCallError } from './call-error.ts'

type Operation = Parameters<OperationLink<AppRouter>>[0]['op']

/** When an operation is sent, and when again. */
export interface Repetition {
  /** Runs before each attempt; the operation it answers is the one that is sent. */
  before?(op: Operation): Promise<Operation>
  /** Whether an attempt that failed is followed by another; may take its time. What it throws is the operation's end. */
  again(failed: { op: Operation; error: OsaCallError; attempt: number }): Promise<boolean>
}

/** Makes the link. Values of a subscription pass through; one that has said something is not begun again. */
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
