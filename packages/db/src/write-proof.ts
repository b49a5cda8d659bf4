/** Whether the database accepts writes just now; that it answers to reads does not tell. */
import type { Connections } from './connections.ts'

/** How long one proof is enough: strangers may ask for readiness as often as they like, and each proof leaves a dead row behind. */
const proofLastsMs = 1_000

class Undo extends Error {}

/**
 * Writes a row and rolls it back, at most once a second. Answers true, or rejects as any statement would: with `DatabaseUnavailable`
 * where the server is read-only, a standby, or has no room.
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
