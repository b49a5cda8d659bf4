/** Checks whether the database accepts writes, which reads do not show. */
import type { Connections } from './connections.ts'

/** How long one check is valid: strangers may request readiness as often as they like, and each check leaves a dead row behind. */
const proofLastsMs = 1_000

class Undo extends Error {}

/**
 * Returns a function that writes a row and rolls it back, at most once a second. It resolves to true, or rejects as any statement would:
 * with `DatabaseUnavailable` if the server is read-only, a standby or out of disk space.
 */
export function writeProof({ transaction }: Pick<Connections, 'transaction'>): () => Promise<boolean> {
  let provenAtMs = Number.NEGATIVE_INFINITY
  let proving: Promise<boolean> | null = null
  const prove = async (): Promise<boolean> => {
    try {
      await transaction(async ({ query }) => {
        await query.insertInto('rate_limits').values({ key: 'write proof', points: 0, expire: null }).execute()
        throw new Undo()
      })
    } catch (error) {
      if (!(error instanceof Undo)) throw error
    }
    provenAtMs = performance.now()
    return true
  }
  return async () => {
    if (performance.now() - provenAtMs < proofLastsMs) return true
    proving ??= prove().finally(() => {
      proving = null
    })
    return proving
  }
}
