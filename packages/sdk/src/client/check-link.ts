/** Checks every answer against the contract before the caller sees it. */

import type { AppRouter } from '@osa/api/router-type'
import type { TRPCLink } from '@trpc/client'
import { observable, type Unsubscribable } from '@trpc/server/observable'
import { toCallError } from './call-error.ts'
import type { Surroundings } from './connection.ts'
import { notAnOsaServer } from './unexpected-answer.ts'

/** Creates the link. `load` imports the check of a procedure at its first call. */
export const checkLink =
  (load: Surroundings['loadCheck'], serverOf: () => Promise<string>): TRPCLink<AppRouter> =>
  () =>
  ({ op, next }) =>
    observable((observer) => {
      let isOver = false
      let running: Unsubscribable | null = null
      const send = async (): Promise<void> => {
        const [check, server] = await Promise.all([load(op.path), serverOf()])
        if (isOver) return
        running = next(op).subscribe({
          next: (envelope) => {
            const { result } = envelope
            if (result.type !== undefined && result.type !== 'data') return observer.next(envelope)
            const checked = check(result.data)
            if (checked) return observer.next({ ...envelope, result: { ...result, data: checked.value } })
            const details = [`${op.path} → an answer of the wrong shape`]
            observer.error(toCallError(notAnOsaServer({ server, status: 200, details }), server))
          },
          complete: () => observer.complete(),
          error: (error) => observer.error(error),
        })
      }
      send().catch((error: unknown) => observer.error(toCallError(error, undefined)))
      return () => {
        isOver = true
        running?.unsubscribe()
      }
    })
