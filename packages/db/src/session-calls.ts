/** Records when a session's access token was last used, with one narrow write for all sessions used in the meantime. */
import type { AuthStore } from '@osa/core'
import { isUuid } from '@osa/core'
import { batched } from './batched.ts'
import type { Connections } from './connections.ts'
import { RefreshFamilyEntity } from './entities/refresh-family.ts'
import { columnsOf, listOf } from './listed.ts'
import { builtOnce } from './query.ts'

type Call = Parameters<AuthStore['noteCall']>[0]

const list = (() => {
  const { id: familyId, createdAt: at } = columnsOf('refresh_families', RefreshFamilyEntity)
  return listOf({ familyId, at, unlessAfter: at })
})()

const noteCalls = builtOnce(
  (unit, calls: readonly Call[]) =>
    unit.query
      .with('called', () => list.table(unit, calls))
      // skip locked rows: those are being refreshed or ended, which records more. Without waits, the order of locks does not matter
      .with('free', (db) =>
        db
          .selectFrom('refresh_families')
          .select('id')
          .where('id', 'in', (eb) => eb.selectFrom('called').select('familyId'))
          .forNoKeyUpdate()
          .skipLocked(),
      )
      .updateTable('refresh_families')
      .from(['called', 'free'])
      .set(({ ref }) => ({ calledAt: ref('called.at') }))
      .whereRef('refresh_families.id', '=', 'free.id')
      .whereRef('refresh_families.id', '=', 'called.familyId')
      .where(({ or, eb, ref }) => or([eb('calledAt', 'is', null), eb('calledAt', '<=', ref('called.unlessAfter'))])),
  (calls) => list.parameters(calls),
)

export function sessionCalls({ run }: Connections): Pick<AuthStore, 'noteCall'> {
  const note = batched<Call, null>({
    async run(calls) {
      // keep the last call of each session: with two rows for one session, the update would use either
      const newest = new Map(calls.map((call) => [call.familyId, call]))
      await run((unit) => noteCalls(unit, [...newest.values()]))
      return calls.map(() => null)
    },
  })
  return {
    async noteCall(call) {
      if (isUuid(call.familyId)) await note(call)
    },
  }
}
