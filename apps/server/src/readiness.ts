/** Whether a node can serve: its database answers and is migrated, and its signing keys can be decrypted (L12). */
import type { Auth } from '@osa/core'
import type { Logger } from './log.ts'

/** Creates the check behind `/readyz`. A process that cannot sign is not ready, so that a proxy uses another one. */
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
