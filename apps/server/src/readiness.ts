/** Whether a node can serve: its database answers and is migrated, and the keys it signs with can be opened (L12). */
import type { Auth } from '@osa/core'
import type { Logger } from './log.ts'

/** The check behind `/readyz`; a node that cannot sign is as good as none, and a proxy should turn to another. */
export const createReadiness =
  (deps: { isDatabaseReady: () => Promise<boolean>; auth: Pick<Auth, 'publicKeys'>; log: Pick<Logger, 'error'> }) =>
  async (): Promise<boolean> => {
    if (!(await deps.isDatabaseReady())) return false
    try {
      await deps.auth.publicKeys()
      return true
    } catch (error) {
      deps.log.error({ err: error }, 'the signing keys cannot be loaded')
      return false
    }
  }
