/** The part of `AuthTx` for people, their linked identities and their browser sessions. */
import type { PeopleTx } from '@osa/core'
import { isUuid } from '@osa/core'
import type { Unit } from './connections.ts'
import { BrowserSessionEntity } from './entities/browser-session.ts'
import { LinkedIdentityEntity } from './entities/linked-identity.ts'
import { UserEntity } from './entities/user.ts'
import { joined } from './joined.ts'
import { inserted } from './query.ts'

const identities = joined('linked_identities', LinkedIdentityEntity, 'identity')
const users = joined('users', UserEntity, 'user')

export const peopleRows = ({ em, query }: Unit): PeopleTx => ({
  async findUser(id) {
    return isUuid(id) ? em.findOne(UserEntity, { id }) : null
  },
  async lockLinkedIdentity({ issuer, subject }) {
    const record = await query
      .selectFrom('linked_identities')
      .innerJoin('users', 'users.id', 'linked_identities.userId')
      .select([...identities.columns, ...users.columns])
      .where('issuer', '=', issuer)
      .where('subject', '=', subject)
      .forNoKeyUpdate()
      .executeTakeFirst()
    return record ? { identity: identities.read(record), user: users.read(record) } : null
  },
  async insertUser(user, identity) {
    await em.insert(UserEntity, user)
    const linked = query.insertInto('linked_identities').values(identity)
    if (await inserted(linked.onConflict((taken) => taken.doNothing()))) return true
    await em.nativeDelete(UserEntity, { id: user.id })
    return false
  },
  async saveUser({ id, ...row }) {
    if ((await em.nativeUpdate(UserEntity, { id }, row)) !== 1) throw new Error('there is no such user to save')
  },
  async lockBrowserSession(secretHash) {
    const session = query.selectFrom('browser_sessions').selectAll().where('secretHash', '=', secretHash)
    return (await session.forNoKeyUpdate().executeTakeFirst()) ?? null
  },
  async lockBrowserSessionById(id) {
    if (!isUuid(id)) return null
    const session = query.selectFrom('browser_sessions').selectAll().where('id', '=', id)
    return (await session.forNoKeyUpdate().executeTakeFirst()) ?? null
  },
  async insertBrowserSession(row) {
    await em.insert(BrowserSessionEntity, row)
  },
  async saveBrowserSession({ id, ...row }) {
    const changed = await em.nativeUpdate(BrowserSessionEntity, { id }, row)
    if (changed !== 1) throw new Error('there is no such browser session to save')
  },
  async deleteBrowserSession(id) {
    if (isUuid(id)) await em.nativeDelete(BrowserSessionEntity, { id })
  },
})
