/** The first link: ends a call at once when somebody cancels it, and lets nothing out that is not an OsaError. */

import type { AppRouter } from '@osa/api/router-type'
import type { TRPCLink } from '@trpc/client'
import { observable } from '@trpc/server/observable'
import { cancelled } from '../signal.ts'
import { toCallError } from './call-error.ts'

/** Makes the link. `closing` ends every call of the client. */
export const edgeLink =
  (closing: AbortSignal): TRPCLink<AppRouter> =>
  () =>
  ({ op, next }) =>
    observable((observer) => {
      // One signal for each call, also without the caller's: Node 20 warns of the eleventh listener on one.
      const signal = AbortSignal.any(op.signal ? [op.signal, closing] : [closing])
      const cancel = (): void => observer.error(toCallError(cancelled(signal), undefined))
      if (signal.aborted) {
        cancel()
        return
      }
      signal.addEventListener('abort', cancel, { once: true })
      const running = next({ ...op, signal }).subscribe({
        next: (value) => observer.next(value),
        complete: () => observer.complete(),
        error: (error) => observer.error(toCallError(error, undefined)),
      })
      return () => {
        signal.removeEventListener('abort', cancel)
        running.unsubscribe()
      }
    })
