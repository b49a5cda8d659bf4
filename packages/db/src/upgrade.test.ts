/**
 * Upgrades: this version continues the sessions and codes that the previous version left in its tables. The test writes the rows as that
 * version did, since its code is gone.
 */
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { PGlite } from '@electric-sql/pglite'
import { MikroORM, type Options } from '@mikro-orm/sql'
import { isRefusal } from '@osa/core'
import { manualClock, sampleStart, testAuth } from '@osa/core/testing'
import { expect, test } from 'vitest'
import ormConfig from '../mikro-orm.config.ts'
import { instanceOptions } from './embedded.ts'
import { openWith } from './open-database.ts'
import { postgresOptions } from './postgres.ts'
import { createSharedDatabase } from './testing/shared-postgres.ts'

/** The last migration of the previous version. */
const lastMigration = '2026-11-28-turns-of-sessions'

const engines = {
  pglite: async () => {
    const options = await instanceOptions(await PGlite.create())
    return { options, databaseUrl: null }
  },
  postgres: async () => {
    const databaseUrl = await createSharedDatabase({ migrated: false })
    return { options: await postgresOptions(databaseUrl, () => undefined), databaseUrl }
  },
}

const secret = () => randomBytes(32).toString('base64url')
const sha256 = (text: string) => createHash('sha256').update(text).digest('base64url')

async function oldDatabase(options: Partial<Options>) {
  const orm = await MikroORM.init({ ...ormConfig, ...options, logger: () => undefined })
  await orm.migrator.up({ to: lastMigration })
  const insert = async (table: string, row: Record<string, unknown>): Promise<string> => {
    const id = randomUUID()
    const columns = { id, created_at: sampleStart, ...row }
    const places = Object.keys(columns).map(() => '?')
    const text = `insert into ${table} (${Object.keys(columns).join(', ')}) values (${places.join(', ')})`
    await orm.em.getConnection().execute(text, Object.values(columns))
    return id
  }
  const userId = await insert('users', { display_name: 'Josiah Carberry', role: 'user' })
  const account = { provider: 'orcid', issuer: 'https://orcid.org', subject: '0000-0002-1825-0097' }
  await insert('linked_identities', { user_id: userId, ...account })
  const hoursAgo = (hours: number) => new Date(sampleStart.getTime() - hours * 3_600_000)
  const daysOn = (days: number) => new Date(sampleStart.getTime() + days * 86_400_000)

  /** Inserts a family with these tokens, oldest first, each of which was used to make the next. */
  const family = async (tokens: readonly string[], usedAt: Date) => {
    const client = { client_id: 'osa-cli', scope: 'profile', auth_time: hoursAgo(24) }
    const familyId = await insert('refresh_families', {
      ...client,
      user_id: userId,
      last_used_at: usedAt,
      rotated_from: '192.0.2.7',
      expires_at: daysOn(60),
    })
    let successor: string | null = null
    for (const [index, token] of [...tokens.entries()].reverse()) {
      const used = successor === null ? {} : { used_at: usedAt, successor_salt: secret(), successor_id: successor }
      successor = await insert('refresh_tokens', {
        family_id: familyId,
        token_hash: sha256(token),
        replays: 0,
        ...used,
      })
      if (index === 0) return familyId
    }
    return familyId
  }
  const device = (changes: Record<string, unknown>) =>
    insert('device_authorizations', {
      user_code_hash: secret(),
      client_id: 'osa-cli',
      scope: 'profile',
      status: 'pending',
      expires_at: daysOn(1),
      poll_interval_seconds: 5,
      requester_ip: '192.0.2.7',
      requester_source: '192.0.2.7',
      ...changes,
    })
  return { orm, userId, family, device, hoursAgo }
}

test.each(['pglite', 'postgres'] as const)(
  'on %s sessions, lost answers and codes of the previous version continue, and reuse of its retired tokens ends the session',
  async (kind) => {
    const opening = await engines[kind]()
    const old = await oldDatabase(opening.options)
    const [idle, current, used, lost, successor, retired, middle, last] = Array.from({ length: 8 }, secret) as [
      string,
      ...string[],
    ] as [string, string, string, string, string, string, string, string]
    const [pendingCode, approvedCode] = [secret(), secret()]
    const recently = new Date(sampleStart.getTime() - 10_000)
    await old.family([idle], old.hoursAgo(20 * 24))
    const currentId = await old.family([used, current], old.hoursAgo(2))
    await old.family([lost, successor], recently)
    await old.family([retired, middle, last], recently)
    await old.device({ device_code_hash: sha256(pendingCode) })
    const approved = { status: 'authorized', claimed_by_user_id: old.userId, auth_time: sampleStart }
    await old.device({ device_code_hash: sha256(approvedCode), ...approved })
    await old.orm.close()

    await using database = await openUpgraded(opening)
    const clock = manualClock(sampleStart)
    const { auth, poll, refresh } = testAuth({ store: database.store, now: clock.now, random: randomBytes })
    const refreshed = async (token: string): Promise<string> => {
      const outcome = await refresh(token)
      if (isRefusal(outcome)) throw new Error(outcome.error_description)
      expect(isRefusal(await auth.authenticate(outcome.access_token))).toBe(false)
      return outcome.refresh_token
    }
    const ended = async (token: string) => expect(await refresh(token)).toMatchObject({ error: 'invalid_grant' })

    // a session unused for weeks and one in daily use can both be refreshed, repeatedly
    for (const token of [idle, current]) {
      const first = await refreshed(token)
      expect(await refreshed(token), 'a repeat gets the same answer').toBe(first)
      expect(await refreshed(await refreshed(first))).not.toBe(first)
    }
    expect((await database.store.findRefreshFamily(currentId))?.family).toMatchObject({ generation: 3 })
    // a client whose answer was lost during the upgrade gets it
    const repeated = await refreshed(lost)
    expect(await refreshed(repeated)).not.toBe(repeated)
    // retired tokens stay retired
    await ended(retired)
    await ended(last)
    await ended(used)
    await ended(idle)
    // sign-ins under way continue
    expect(await poll(pendingCode)).toMatchObject({ error: 'authorization_pending' })
    const tokens = await poll(approvedCode)
    if (isRefusal(tokens)) throw new Error(tokens.error_description)
    await refreshed(tokens.refresh_token)
    const rows = await database.orm.em.execute('select count(*)::int as tokens from refresh_tokens')
    expect(rows, 'no token is added').toEqual([{ tokens: 8 }])
  },
)

async function openUpgraded({ options, databaseUrl }: { options: Partial<Options>; databaseUrl: string | null }) {
  const database = await openWith({ options, databaseUrl, log: () => undefined, release: () => undefined })
  return { ...database, [Symbol.asyncDispose]: () => database.close() }
}
