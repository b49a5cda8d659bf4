/** The part of `AuthTx` for refresh-token families and signing keys. */
import type { FindOptions } from '@mikro-orm/core'
import type { SigningKey, TokenTx } from '@osa/core'
import { isUuid } from '@osa/core'
import type { Unit } from './connections.ts'
import { endSignIns } from './end-sign-ins.ts'
import { SigningKeyEntity } from './entities/signing-key.ts'
import { signingKeyLock, takeLock } from './locks.ts'
import { saved } from './query.ts'

/** Oldest first: the order in which keys are published and chosen. */
export const signingKeyOrder: FindOptions<SigningKey> = { orderBy: [{ createdAt: 'asc' }, { kid: 'asc' }] }

export function tokenRows(unit: Unit): TokenTx {
  const { em, query } = unit
  const lockFamily = () => query.selectFrom('refresh_families').selectAll().forNoKeyUpdate()
  return {
    async lockRefreshFamily(id) {
      return isUuid(id) ? ((await lockFamily().where('id', '=', id).executeTakeFirst()) ?? null) : null
    },

    saveRefreshFamily: ({ id, ...row }) => saved(query.updateTable('refresh_families').set(row).where('id', '=', id)),
    endSignIns: endSignIns(unit),
    async revokeRefreshFamilies({ userId, revokedAt, because }) {
      if (userId !== null && !isUuid(userId)) return 0
      const { numUpdatedRows } = await query
        .with('live', (db) => {
          // in the order of ids, like everything that locks several families, so that no deadlock occurs
          const live = db.selectFrom('refresh_families').select('id').where('revokedAt', 'is', null).orderBy('id')
          return (userId === null ? live : live.where('userId', '=', userId)).forNoKeyUpdate()
        })
        .updateTable('refresh_families')
        .from('live')
        .set({ revokedAt, revokedBecause: because })
        .whereRef('refresh_families.id', '=', 'live.id')
        .executeTakeFirstOrThrow()
      return Number(numUpdatedRows)
    },
    async lockSigningKeys() {
      await takeLock(query, signingKeyLock)
      return em.find(SigningKeyEntity, {}, signingKeyOrder)
    },
    async insertSigningKey(row) {
      await em.insert(SigningKeyEntity, row)
    },
    async saveSigningKey({ kid, ...row }) {
      if ((await em.nativeUpdate(SigningKeyEntity, { kid }, row)) !== 1) throw new Error('there is no such key to save')
    },
  }
}
