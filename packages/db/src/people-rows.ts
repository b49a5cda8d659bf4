/** People, their linked identities and their browsers inside a transaction. */
import type { AuthTx } from '@osa/core'
import { isId } from './identifier.ts'
import type { Sql } from './sql.ts'
import { tables } from './tables.ts'

export type PeopleRows = Pick<
  AuthTx,
  | 'findUser'
  | 'lockLinkedIdentity'
  | 'insertUser'
  | 'saveUser'
  | 'lockBrowserSession'
  | 'lockBrowserSessionById'
  | 'insertBrowserSession'
  | 'saveBrowserSession'
  | 'deleteBrowserSession'
>

const { users, linkedIdentities, browserSessions } = tables

const lockLinkedIdentityText = `
select ${linkedIdentities.columns('identity_')}, ${users.columns('user_')}
from linked_identities join users on users.id = linked_identities.user_id
where issuer = $1 and subject = $2
for no key update`

export const peopleRows = (sql: Sql): PeopleRows => ({
  async findUser(id) {
    return isId(id) ? users.findFirst(sql, 'id = $1', [id]) : null
  },
  async lockLinkedIdentity({ issuer, subject }) {
    const [record] = (await sql(lockLinkedIdentityText, [issuer, subject])).rows
    return record ? { identity: linkedIdentities.read(record, 'identity_'), user: users.read(record, 'user_') } : null
  },
  async insertUser(user, identity) {
    await users.insert(sql, user)
    if (await linkedIdentities.insertUnlessTaken(sql, identity)) return true
    await sql('delete from users where id = $1', [user.id])
    return false
  },
  saveUser: (user) => users.save(sql, user),
  lockBrowserSession: (secretHash) => browserSessions.lockFirst(sql, 'secret_hash = $1', [secretHash]),
  async lockBrowserSessionById(id) {
    return isId(id) ? browserSessions.lockFirst(sql, 'id = $1', [id]) : null
  },
  insertBrowserSession: (row) => browserSessions.insert(sql, row),
  saveBrowserSession: (row) => browserSessions.save(sql, row),
  async deleteBrowserSession(id) {
    if (isId(id)) await sql('delete from browser_sessions where id = $1', [id])
  },
})
