/** The first link: ends a call at once when it is cancelled, and converts every error to an OsaError. */

import type { AppRouter } from '@osa/api/router-type'
import type { TRPCLink } from '@trpc/client'
import { observable } from '@trpc/server/observable'
import { cancelled } from '../signal.ts'
import { toCallError } from './call-error.ts'

/** Creates the link. `closing` ends every call of the client. */
export const edgeLink =
  (closing: AbortSignal): TRPCLink<AppRouter> =>
  () =>
  ({ op, next }) =>
    observable((observer) => {
      // Each call gets its own signal, even without one from the caller: Node 20 warns about the eleventh listener on a signal.
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
